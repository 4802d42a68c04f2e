/** Doubles as Envoy prints them in JSON: protobuf numbers of configurations and of dynamic metadata, never operator numbers. */

/**
 * The shortest digits that read back as the same number, in scientific notation where that is strictly shorter: `100000` is
 * `1e+05`, `10000` stays; at least two digits of exponent. An integer without exponent has all its digits, also those beyond the
 * shortest: 2^63 + 2^11 is `9223372036854777856`. NaN is `null`, as protobuf's JSON has it; infinity is `inf`.
 */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return 'null'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (Object.is(value, -0)) return '-0'
  const scientific = value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
  const plain = plainDigits(value)
  return scientific.length < plain.length ? scientific : plain
}

/** Without an exponent, whatever the size. */
function plainDigits(value: number): string {
  if (Number.isInteger(value)) return String(BigInt(value))
  const text = String(value)
  if (!text.includes('e')) return text
  // Of what is no integer, JavaScript writes only the smallest with an exponent, which is below zero.
  const [mantissa, exponent] = text.split('e') as [string, string]
  const sign = mantissa.startsWith('-') ? '-' : ''
  return `${sign}0.${'0'.repeat(-1 - Number(exponent))}${mantissa.replace('-', '').replace('.', '')}`
}
