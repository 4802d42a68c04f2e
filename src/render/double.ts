/** Doubles as Envoy prints them in JSON: protobuf numbers of configurations and of dynamic metadata, never operator numbers. */

/**
 * The shortest digits that read back as the same number, in scientific notation where that is strictly shorter: `100000` is
 * `1e+05`, `10000` stays; at least two digits of exponent. NaN is `null`, as protobuf's JSON has it; infinity is `inf`.
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
  const text = String(value)
  if (!text.includes('e')) return text
  const [mantissa, exponent] = value.toExponential().split('e') as [string, string]
  const sign = mantissa.startsWith('-') ? '-' : ''
  const digits = mantissa.replace('-', '').replace('.', '')
  const point = 1 + Number(exponent)
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  return sign + digits.padEnd(point, '0')
}
