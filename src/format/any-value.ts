/**
 * Values of OpenTelemetry to templates: an AnyValue as users write it, in proto3 JSON or as a bare string, with operators in every string
 * anywhere inside.
 *
 *     value   =  string | { stringValue } | { boolValue } | { intValue } | { doubleValue } | { bytesValue }
 *              | { arrayValue: { values: [ value … ] } } | { kvlistValue: { values: [ { key, value } … ] } } | { }
 *
 * Names are taken in snake_case too. The slip of Kuma's documentation, `values` beside an empty `kvlistValue`, is understood and noted.
 */
import { didYouMean } from '../did-you-mean.ts'
import { FormatError } from '../errors.ts'
import { anyValueDepthMax } from '../limits.ts'
import { readBool, readBytes, readDouble, readInt, type Scalar, ScalarFault } from './any-value-scalars.ts'
import { toByteString } from './byte-string.ts'
import { type ParseOptions, parseText } from './parse.ts'
import type { AnyValueTemplate, KeyValueTemplate, TextTemplate } from './template.ts'

/** Reads a value as `JSON.parse` or a YAML reader gives it; `path` is its place. Faults are appended to `faults`. */
export function parseAnyValue(value: unknown, options: ParseOptions, faults: FormatError[]): AnyValueTemplate {
  return new AnyValueReader(options, faults).read(value, options.path ?? '', 1)
}

/**
 * A key as Kuma takes it: KUMA_* operators are filled in, all else is literal, percent signs included. Envoy's own logger fills in
 * nothing.
 */
export function parseKey(key: string, options: ParseOptions, faults: FormatError[]): TextTemplate {
  const kuma = options.dialect === 'envoy' ? /%/g : /%KUMA_\w+%|%/g
  const format = key.replace(kuma, (found) => (found === '%' ? '%%' : found))
  return parseText(toByteString(format), options, faults)
}

/** The members of an AnyValue; `null` among the members of an object means that it is not there, as in all proto3 JSON. */
const memberNames = [
  'stringValue',
  'boolValue',
  'intValue',
  'doubleValue',
  'arrayValue',
  'kvlistValue',
  'bytesValue',
] as const
type MemberName = (typeof memberNames)[number]

interface Member {
  readonly name: MemberName
  readonly value: unknown
  readonly path: string
  readonly misplaced: string | null
}

class AnyValueReader {
  readonly #options: ParseOptions
  readonly #faults: FormatError[]

  constructor(options: ParseOptions, faults: FormatError[]) {
    this.#options = options
    this.#faults = faults
  }

  read(value: unknown, path: string, depth: number): AnyValueTemplate {
    if (typeof value === 'string') return this.#text(value, path)
    if (!isObject(value)) {
      return this.#refuse(
        path,
        `A value is a string or an object with one of ${memberNames.join(', ')}.${hintAt(value)}`,
      )
    }
    if (depth > anyValueDepthMax) return this.#refuse(path, `More than ${anyValueDepthMax} levels of nesting.`)
    const [member, ...others] = this.#members(value, path)
    for (const other of others) {
      this.#fault(other.path, `${other.name} stands beside ${member!.name}; a value has one of the two.`)
    }
    return member ? this.#member(member, depth) : { kind: 'empty' }
  }

  /** Those that are set; faults for whatever else there is. */
  #members(value: Readonly<Record<string, unknown>>, path: string): Member[] {
    const keys = new Map(Object.keys(value).map((key) => [key, memberNames.find((name) => isNameOf(key, name))]))
    const emptied = [...keys].find(([key, name]) => isListName(name) && value[key] === null)
    const adopted = emptied !== undefined && Array.isArray(value['values'])
    return [...keys].flatMap(([key, name]): Member[] => {
      const at = join(path, key)
      if (adopted && key === emptied[0]) {
        const misplaced = join(path, 'values')
        return [{ name: emptied[1]!, value: { values: value['values'] }, path, misplaced }]
      }
      if (adopted && key === 'values') return []
      if (!name) {
        const hint = key === 'values' ? ' It stands inside of arrayValue or kvlistValue.' : didYouMean(key, memberNames)
        this.#fault(at, `${key} is no member of a value.${hint}`)
        return []
      }
      return value[key] === null || value[key] === undefined
        ? []
        : [{ name, value: value[key], path: at, misplaced: null }]
    })
  }

  #member({ name, value, path, misplaced }: Member, depth: number): AnyValueTemplate {
    switch (name) {
      case 'stringValue':
        if (typeof value === 'string') return this.#text(value, path)
        return this.#refuse(path, 'stringValue takes a string; put it in quotes.')
      case 'boolValue':
        return this.#scalar(readBool, value, path)
      case 'intValue':
        return this.#scalar(readInt, value, path)
      case 'doubleValue':
        return this.#scalar(readDouble, value, path)
      case 'bytesValue':
        return this.#scalar(readBytes, value, path)
      case 'arrayValue': {
        const values = this.#values(value, path).map((item, i) => this.read(item, `${path}.values[${i}]`, depth + 1))
        return { kind: 'array', values, misplaced }
      }
      case 'kvlistValue': {
        const values = this.#values(value, path).map((item, i) => this.#pair(item, `${path}.values[${i}]`, depth + 1))
        return { kind: 'kvlist', values, misplaced }
      }
    }
  }

  /** Envoy's own logger takes none of them. */
  #scalar(read: (value: unknown) => Scalar, value: unknown, path: string): AnyValueTemplate {
    if (this.#options.dialect === 'envoy') {
      return this.#refuse(path, "Envoy's own logger takes only stringValue, arrayValue and kvlistValue.", 'not_envoys')
    }
    try {
      return read(value)
    } catch (error) {
      if (!(error instanceof ScalarFault)) throw error
      return this.#refuse(path, error.message)
    }
  }

  /** The list in `{ values: […] }`. */
  #values(list: unknown, path: string): readonly unknown[] {
    if (!isObject(list)) {
      this.#fault(path, 'takes an object with a list: { values: […] }.')
      return []
    }
    this.#onlyKeys(list, ['values'], path)
    const values = list['values'] ?? []
    if (Array.isArray(values)) return values
    this.#fault(join(path, 'values'), 'values is a list.')
    return []
  }

  #pair(pair: unknown, path: string, depth: number): KeyValueTemplate {
    const nothing: KeyValueTemplate = { key: [], value: { kind: 'empty' } }
    if (!isObject(pair)) {
      this.#fault(path, 'is { key: …, value: … }.')
      return nothing
    }
    this.#onlyKeys(pair, ['key', 'value'], path)
    const { key = '', value } = pair as { key?: unknown; value?: unknown }
    if (typeof key !== 'string') {
      this.#fault(join(path, 'key'), 'A key is a string; put it in quotes.')
      return nothing
    }
    if (value === undefined || value === null) {
      this.#fault(path, 'lacks its value.', 'missing')
      return nothing
    }
    return {
      key: parseKey(key, { ...this.#options, path: join(path, 'key') }, this.#faults),
      value: this.read(value, join(path, 'value'), depth),
    }
  }

  #onlyKeys(object: Readonly<Record<string, unknown>>, known: readonly string[], path: string): void {
    for (const key of Object.keys(object).filter((each) => !known.includes(each))) {
      this.#fault(join(path, key), `${key} is not known here; known: ${known.join(', ')}.${didYouMean(key, known)}`)
    }
  }

  #text(text: string, path: string): AnyValueTemplate {
    return { kind: 'text', parts: parseText(toByteString(text), { ...this.#options, path }, this.#faults) }
  }

  #refuse(path: string, message: string, code = 'any_value'): AnyValueTemplate {
    this.#fault(path, message, code)
    return { kind: 'empty' }
  }

  #fault(path: string, message: string, code = 'any_value'): void {
    this.#faults.push(new FormatError({ code, message, text: '', index: 0, path }))
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isNameOf = (key: string, name: MemberName) => key === name || key === name.replace('Value', '_value')
const isListName = (name: MemberName | undefined) => name === 'arrayValue' || name === 'kvlistValue'
const join = (path: string, key: string) => (path ? `${path}.${key}` : key)

/** What somebody meant who left the name of the member out. */
function hintAt(value: unknown): string {
  if (Array.isArray(value)) return ' Write { arrayValue: { values: […] } }.'
  if (typeof value === 'boolean') return ` Write { boolValue: ${value} }.`
  if (typeof value !== 'number' && typeof value !== 'bigint') return ''
  return ` Write { ${Number.isInteger(Number(value)) ? 'intValue' : 'doubleValue'}: ${value} }.`
}
