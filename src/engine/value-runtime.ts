/**
 * The runtime's functions for values that are messages themselves: metadata, filter state, custom tags, lists of names. They read
 * the wire again at the moment of writing, for only the format knows what it wants of them.
 */
import { type AnyTags, createAnyReader } from '../render/any.ts'
import { createAnyJson } from '../render/any-json.ts'
import type { Copy } from '../render/copy.ts'
import { FieldReader } from '../render/field-reader.ts'
import { createFilterStates } from '../render/filter-state.ts'
import type { JsonStrings } from '../render/json-string.ts'
import { createJsonStyles } from '../render/json-style.ts'
import { createJsonTokens } from '../render/json-tokens.ts'
import { createJsonValues } from '../render/json-value.ts'
import { createProtoStyles } from '../render/proto-json.ts'
import { createStructs } from '../render/struct.ts'
import { createStructPaths } from '../render/struct-path.ts'
import { createStructReader, type StructTags } from '../render/struct-reader.ts'
import { createTagValues } from '../render/tag-value.ts'
import type { TextSafety } from '../render/text-safety.ts'
import { createValueTexts } from '../render/value-text.ts'
import type { Memory } from '../wire/memory.ts'

export interface ValueRuntimeOptions {
  readonly memory: Memory
  readonly slots: Int32Array
  readonly copy: Copy
  readonly strings: JsonStrings
  readonly safety: TextSafety
  readonly structTags: StructTags
  readonly anyTags: AnyTags
}

export function createValueRuntime(options: ValueRuntimeOptions) {
  const { memory, slots, copy, strings, safety, structTags, anyTags } = options
  const jsonStyles = createJsonStyles(memory, strings)
  const structReader = createStructReader(memory, structTags)
  const structs = createStructs(memory, structReader)
  const paths = createStructPaths({ reader: structReader, structs, styles: jsonStyles, copy, strings, safety })
  const values = createJsonValues(memory, strings, createJsonTokens(memory))
  const reader = createAnyReader(memory, anyTags)
  const states = createFilterStates({
    memory,
    reader,
    anyJson: createAnyJson(memory, reader, structs),
    structs,
    paths,
    jsonStyles,
    protoStyles: createProtoStyles(memory, strings),
    copy,
    safety,
  })
  return {
    ...paths,
    ...states,
    ...createTagValues({
      memory,
      values,
      texts: createValueTexts(memory, strings),
      styles: jsonStyles,
      copy,
      strings,
      safety,
    }),
    ...createLists(memory, slots, copy),
  }
}

/**
 * Elements of repeated messages, in chains: a list slot holds the first and the last node of its chain.
 *
 *     nodes   | unused | next, at, end | next, at, end | …        node n begins at 3 n; 0 is none
 */
function createLists({ bytes }: Memory, slots: Int32Array, copy: Copy) {
  let nodes = new Int32Array(3 * 64)
  let used = 0
  const field = new FieldReader()

  /** The string field `tag` of a message; `others` are of the same oneof, of which the last one counts. */
  const findText = (tag: number, others: readonly number[], at: number, end: number): boolean => {
    let found = false
    while (at < end) {
      if (!field.read(bytes, at, end)) return false
      at = field.end
      if (field.tag === tag) {
        found = true
        textAt = field.at
        textEnd = field.end
      } else if (others.includes(field.tag)) found = false
    }
    return found
  }
  let textAt = 0
  let textEnd = 0

  return {
    /** Forgets all lists; the slots are cleared by the program. */
    clearLists(): void {
      used = 0
    },
    append(slot: number, at: number, end: number): void {
      const node = ++used
      if (3 * node + 3 > nodes.length) {
        const larger = new Int32Array(nodes.length * 2)
        larger.set(nodes)
        nodes = larger
      }
      nodes[3 * node] = 0
      nodes[3 * node + 1] = at
      nodes[3 * node + 2] = end
      if (slots[slot] === 0) slots[slot] = node
      else nodes[3 * slots[slot + 1]!] = node
      slots[slot + 1] = node
    },
    /** The texts of a list's elements in their field `tag`, with commas between; -1 when that is nothing. */
    joined(o: number, first: number, tag: number, others: readonly number[]): number {
      const start = o
      let any = false
      for (let node = first; node !== 0; node = nodes[3 * node]!) {
        if (!findText(tag, others, nodes[3 * node + 1]!, nodes[3 * node + 2]!)) continue
        if (any) bytes[o++] = 0x2c
        any = true
        o = copy.copy(o, textAt, textEnd)
      }
      return o === start ? -1 : o
    },
  }
}
