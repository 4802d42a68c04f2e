/**
 * The query of a request, as far as kube-apiserver looks at it before it decides what is audited: whether a list is watched, and whether it
 * is of a single object, chosen by its name.
 */

export interface Query {
  readonly watch: boolean
  /** As written; null: not there, or not to be counted on. */
  readonly fieldSelector: string | null
}

const nothing: Query = { watch: false, fieldSelector: null }

/** `text`: without the question mark. What cannot be decoded is passed over. */
export function parseQuery(text: string): Query {
  if (text === '') return nothing
  const values = new Map<string, string>()
  for (const pair of text.split('&')) {
    // A semicolon once separated pairs too; it is refused today.
    if (pair === '' || pair.includes(';')) continue
    const equals = pair.indexOf('=')
    const key = decode(equals < 0 ? pair : pair.slice(0, equals))
    const value = decode(equals < 0 ? '' : pair.slice(equals + 1))
    if (key !== null && value !== null && !values.has(key)) values.set(key, value)
  }
  const watch = values.get('watch')
  return {
    watch: watch !== undefined && watch !== '0' && watch.toLowerCase() !== 'false',
    fieldSelector: isSound(values) ? (values.get('fieldSelector') ?? null) : null,
  }
}

/** One option that cannot be read spoils all of them but `watch`. */
function isSound(values: ReadonlyMap<string, string>): boolean {
  return ['limit', 'timeoutSeconds'].every((key) => /^[-+]?\d+$/.test(values.get(key) ?? '0'))
}

/** Null: a % without its digits. */
function decode(text: string): string | null {
  if (!/[%+]/.test(text)) return text
  if (/%(?![\da-fA-F]{2})/.test(text)) return null
  const spaced = text.replaceAll('+', ' ')
  return spaced.replaceAll(/(?:%[\da-fA-F]{2})+/g, (bytes) =>
    Buffer.from(bytes.replaceAll('%', ''), 'hex').toString('utf8'),
  )
}

/** The name that a field selector asks for, if it may be one in a path; else ''. */
export function selectedName({ fieldSelector }: Query): string {
  if (fieldSelector === null) return ''
  const terms = parseSelector(fieldSelector) ?? []
  const name = terms.find(({ field, operator }) => field === 'metadata.name' && operator !== '!=')?.value ?? ''
  return name === '.' || name === '..' || /[/%]/.test(name) ? '' : name
}

interface Term {
  readonly field: string
  readonly operator: string
  readonly value: string
}

/**
 *     selector = [ term { "," term } ]        term = field ( "!=" | "==" | "=" ) value
 *
 * In a value `,` `=` and `\` have a `\` before them. In the order of the terms' text; null: not a selector.
 */
function parseSelector(text: string): Term[] | null {
  const terms: Term[] = []
  for (const written of (text.match(/(?:\\[\s\S]?|[^,\\])+/g) ?? []).sort()) {
    const [, field, operator, value] = /^([\s\S]*?)(!=|==|=)([\s\S]*)$/.exec(written) ?? []
    if (field === undefined || !/^(?:\\[\\,=]|[^\\,=])*$/.test(value!)) return null
    terms.push({ field, operator: operator!, value: value!.replaceAll(/\\(.)/gs, '$1') })
  }
  return terms
}
