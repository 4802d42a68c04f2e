/** Scalars of plain YAML (`plain-yaml.ts`): one line, no surprises. Undefined wherever there is any doubt. */

/** What YAML would take for something other than a text, so that a key would not be what is written. */
const word = /^(?:null|true|false|yes|no|on|off|__proto__)$/i
const keyPattern = /^[A-Za-z_][\w./-]{0,200}$/

export function isPlainKey(text: string): boolean {
  return keyPattern.test(text) && !word.test(text)
}

/** Cuts off a comment and the spaces before it. Only for what does not begin with a quote. */
export function withoutComment(text: string): string {
  const comment = text.startsWith('#') ? 0 : text.indexOf(' #')
  // Not trimEnd: to YAML other spaces than this one are letters.
  return (comment < 0 ? text : text.slice(0, comment)).replace(/ +$/, '')
}

const booleans: ReadonlyMap<string, boolean> = new Map(
  ['yes', 'true', 'on', 'no', 'false', 'off'].flatMap((name, i) =>
    [name, name.toUpperCase(), name[0]!.toUpperCase() + name.slice(1)].map((spelling) => [spelling, i < 3] as const),
  ),
)

/** Numbers that YAML knows beside plain ones: fractions, powers, hexadecimal, octal, and those that begin with 0. */
const oddNumber =
  /^(?:\.\d+|\d+\.\d*|(?:\.\d+|\d+(?:\.\d*)?)[eE][-+]?\d+|0x[\da-fA-F]+|0o[0-7]+|\d{16,}|0\d+|\.(?:inf|nan))$/i

/** `text` without comment and trailing spaces, and not empty. */
export function plainScalar(text: string): string | number | boolean | null | undefined {
  if (!/^[A-Za-z0-9/._]/.test(text) || text.includes(': ') || text.endsWith(':')) return undefined
  if (/^(?:null|Null|NULL)$/.test(text)) return null
  const boolean = booleans.get(text)
  if (boolean !== undefined) return boolean
  if (oddNumber.test(text)) return undefined
  return /^\d+$/.test(text) ? Number(text) : text
}

/** The whole of a line that begins with a quote; behind the closing one there may be a comment. */
export function quotedScalar(text: string): string | undefined {
  const end = /^(?:"(?:[^"\\]|\\["\\/bfnrt])*"|'(?:[^']|'')*')(?= *$| +#)/.exec(text)
  return end ? unquote(end[0]) : undefined
}

/** The escapes that JSON has mean the same in YAML; others do not get here. */
export function unquote(quoted: string): string {
  return quoted.startsWith('"') ? JSON.parse(quoted) : quoted.slice(1, -1).replaceAll("''", "'")
}
