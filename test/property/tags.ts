/** Random custom tags for the operators of a format: what Envoy would print for them, `<absent>`, `<end>`, and other texts. */
import fc from 'fast-check'
import type { Bytes } from '../reference/bytes.ts'
import { anyBytes } from './strings.ts'

export type AnyTags = readonly { readonly use: number; readonly value: Bytes; readonly wholeStruct: boolean }[]

/** JSON is as Envoy prints it: compact, keys sorted. */
const structs = [
  '{"b":{"k":1e+05,"n":null},"k":"v\\\\\\"","n":-0.25,"obj":{"a":[1,"two",{"k":true}]}}',
  '{}',
  '{"k":{"obj":"\\u001b"}}',
]
const texts = ['5', '-1', '007', '', 'x', '-', '"text"', '[1,{"a":null}]', 'true', '1e+05', ...structs]

const value: fc.Arbitrary<Bytes> = fc
  .tuple(
    fc.oneof(fc.constantFrom('<absent>', ...texts), anyBytes),
    fc.oneof(
      { arbitrary: fc.constantFrom('', '<end>'), weight: 6 },
      { arbitrary: fc.constant('<end><end>'), weight: 1 },
    ),
  )
  .map(([text, end]) => text + end)

export const anyTags: fc.Arbitrary<AnyTags> = fc.oneof(
  { arbitrary: fc.constant([]), weight: 1 },
  {
    arbitrary: fc.array(fc.record({ use: fc.nat(20), value, wholeStruct: fc.boolean() }), { maxLength: 4 }),
    weight: 1,
  },
)

/**
 * Names for the tags: operators of the format as written, or the namespace that a metadata operator looks into. A namespace is a whole
 * Struct; so is what an operator without a path prints.
 */
export function nameTags(tags: AnyTags, uses: readonly Bytes[]): Map<Bytes, Bytes> {
  const named = tags.flatMap(({ use, value: text, wholeStruct }): [Bytes, Bytes][] => {
    const written = uses[use % Math.max(uses.length, 1)]
    if (written === undefined) return []
    const namespace = /^%(?:METADATA\([A-Z_]+:|CLUSTER_METADATA\(|UPSTREAM_METADATA\()[^:)]*/.exec(written)?.[0]
    if (namespace === undefined || !(wholeStruct || written.startsWith(`${namespace})`)))
      return [[`als:${written}`, text]]
    return [[`als:${namespace})%`, text.startsWith('{') ? text : (structs[use % structs.length] ?? '{}')]]
  })
  return new Map(named)
}
