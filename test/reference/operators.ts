/** All operators of the reference, and how one use of an operator is compiled (operators.md B, C.2). */
import { addressRows } from './addresses.ts'
import type { Bytes } from './bytes.ts'
import { coalesceRows } from './coalesce.ts'
import { counterRows } from './counters.ts'
import { durationRows } from './durations.ts'
import { filterStateRows } from './filter-state.ts'
import type { Use } from './grammar.ts'
import { grpcRows } from './grpc-status.ts'
import { headerRows } from './headers.ts'
import { identityRows, kumaRows, missingRows } from './identity.ts'
import { metadataRows } from './metadata.ts'
import { pathRows } from './path.ts'
import { responseRows } from './response.ts'
import { taggedStruct, taggedValue } from './tags.ts'
import { timeRows } from './time.ts'
import { tlsRows } from './tls.ts'
import { cutValue, type Evaluate, type Row, type Rows, type TagType } from './value.ts'

export const rows: Rows = {
  ...timeRows,
  ...counterRows,
  ...durationRows,
  ...headerRows,
  ...pathRows,
  ...responseRows,
  ...grpcRows,
  ...addressRows,
  ...tlsRows,
  ...metadataRows,
  ...filterStateRows,
  ...identityRows,
  ...kumaRows,
  ...missingRows,
  ...coalesceRows,
}

/** `sink` knows more operators than a plain Envoy. */
export type Dialect = 'sink' | 'envoy'

/** Throws for everything that C.2 calls an error of one operator. */
export function compileUse(use: Use, dialect: Dialect): Evaluate {
  const { command, length, written } = use
  const argument = use.argument ?? ''
  const row = Object.hasOwn(rows, command) ? rows[command]! : undefined
  if (row === undefined || (row.ours && dialect === 'envoy')) throw new Error(`no operator is called ${command}`)
  if (row.argument === 'none' && argument !== '') throw new Error(`${command} takes no argument`)
  if (row.argument === 'required' && argument === '') throw new Error(`${command} needs an argument`)
  if (length !== undefined && !row.length) throw new Error(`${command} takes no length`)
  const ofFields = row.make(argument, {
    member: (name, param, max) =>
      compileUse({ command: name, argument: param, length: max, written: writeUse(name, param, max) }, dialect),
  })
  const found = withTags(ofFields, row, command, argument, written)
  return withLength(found, length, tagType(row, argument) === 'json')
}

/** A member of COALESCE as it would be written alone. */
function writeUse(command: Bytes, argument: Bytes | undefined, length: number | undefined): Bytes {
  return `%${command}${argument === undefined ? '' : `(${argument})`}${length === undefined ? '' : `:${length}`}%`
}

function withTags(ofFields: Evaluate, row: Row, command: Bytes, argument: Bytes, written: Bytes): Evaluate {
  const type = tagType(row, argument)
  if (type === undefined) return ofFields
  const structTag = row.structTag?.(command, argument)
  return (entry, settings) =>
    (structTag ? taggedStruct(entry, structTag, settings) : undefined) ??
    (row.taggedWhole?.(argument) ? taggedValue(entry, `als:%${command}(${argument})%`, type) : undefined) ??
    taggedValue(entry, `als:${written}`, type) ??
    ofFields(entry, settings)
}

function tagType(row: Row, argument: Bytes): TagType | undefined {
  return typeof row.tag === 'function' ? row.tag(argument) : row.tag
}

/** `typedWhole`: of FILTER_STATE TYPED only the text is cut (B.10). */
function withLength(evaluate: Evaluate, length: number | undefined, typedWhole: boolean): Evaluate {
  if (length === undefined) return evaluate
  return (entry, settings) => {
    const value = evaluate(entry, settings)
    const kept = cutValue(value, length, settings.wholeCharacters)
    return typedWhole ? { ...kept, typed: value.typed } : kept
  }
}
