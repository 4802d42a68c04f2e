/**
 * A custom tag's value as the value of the operator that it stands for: text as Envoy printed it, with `<end>` behind to keep an empty
 * one alive, and `<absent>` for no value.
 *
 *     12<end>  ->  12        <end>  ->  (empty)        <absent><end>  ->  absent        12  ->  12
 */
import type { Memory } from '../wire/memory.ts'
import type { Copy } from './copy.ts'
import type { JsonStrings } from './json-string.ts'
import type { JsonStyles } from './json-style.ts'
import type { JsonReading } from './json-tokens.ts'
import type { JsonValues } from './json-value.ts'
import type { StructPath } from './struct-path.ts'
import type { TextSafety } from './text-safety.ts'
import type { ValueTexts } from './value-text.ts'

/** All write at `o` what the tag's value `[at, end)` says, and answer -1 when it says that there is none. */
export interface TagValues {
  /** As text. Never longer than the value. */
  tagText(o: number, at: number, end: number): number
  /** As a JSON number, or as a JSON string when it is none; an empty value is no value. At most six times as long, and two bytes more. */
  tagNumber(o: number, at: number, end: number): number
  /**
   * Text of protobuf's JSON (FILTER_STATE) as Envoy's JSON; a JSON string of it when it is no JSON. null is no value. At most six
   * times as long, and two bytes more.
   */
  tagJson(o: number, at: number, end: number): number
  /**
   * The value is JSON of Envoy's own (a namespace of metadata), and `path` is followed in it, through objects only. -1 when there is
   * nothing, null, or damage anywhere. The rest is as in `struct-path.ts`.
   */
  readonly tagPathText: StructPath
  readonly tagPathJson: StructPath
  readonly tagTyped: TypedTag
}

/**
 * In JSON, a value of which two tags tell: its text in `[at, end)`, and the same with its type (`value-text.ts`) in
 * `[typedAt, typedEnd)`. Without the second one (0, 0), and where that cannot be read, it is the text as a JSON string. `cut` counts for
 * strings only.
 */
export type TypedTag = (
  o: number,
  at: number,
  end: number,
  typedAt: number,
  typedEnd: number,
  cut: number,
  wholeCharacters: boolean,
  finiteNumbers: boolean,
) => number

export interface TagValueOptions {
  readonly memory: Memory
  readonly values: JsonValues
  readonly texts: ValueTexts
  readonly styles: JsonStyles
  readonly copy: Copy
  readonly strings: JsonStrings
  readonly safety: TextSafety
}

/** As in `format/custom-tag.ts`, which asks Envoy for them. */
const endMark = Buffer.from('<end>')
const absentMark = Buffer.from('<absent>')

const quoteMark = 0x22
const letterN = 0x6e

export function createTagValues({ memory, values, texts, styles, copy, strings, safety }: TagValueOptions): TagValues {
  const { bytes } = memory
  const proto: JsonReading = { escapesAreBytes: false, infinity: false, style: styles.envoy }
  const envoy: JsonReading = { escapesAreBytes: true, infinity: true, style: styles.envoy }
  const finite: JsonReading = { escapesAreBytes: true, infinity: true, style: styles.finite }

  const isAt = (mark: Uint8Array, at: number): boolean => {
    for (let i = 0; i < mark.length; i++) if (bytes[at + i] !== mark[i]) return false
    return true
  }

  /** Where the value ends without its mark; -1 when it says that there is none. */
  const valueEnd = (at: number, end: number): number => {
    if (end - at >= endMark.length && isAt(endMark, end - endMark.length)) end -= endMark.length
    return end - at === absentMark.length && isAt(absentMark, at) ? -1 : end
  }

  /** -? (0 | 1-9 digits) */
  const isInteger = (at: number, end: number): boolean => {
    if (at < end && bytes[at] === 0x2d) at++
    if (at === end || (bytes[at] === 0x30 && end - at > 1)) return false
    for (; at < end; at++) if (bytes[at]! < 0x30 || bytes[at]! > 0x39) return false
    return true
  }

  const cutEnd = (at: number, end: number, cut: number, wholeCharacters: boolean): number => {
    if (cut >= end - at) return end
    return wholeCharacters ? safety.wholeEnd(at, end, at + cut) : at + cut
  }

  /** True when `values` holds the value at the path, which is not null. */
  const follow = (o: number, path: readonly Uint8Array[], at: number, end: number, reading: JsonReading): boolean => {
    values.at = at
    values.end = valueEnd(at, end)
    if (values.end < 0) return false
    for (let i = 0; i < path.length; i++) if (!values.find(o, path[i]!, values.at, values.end, reading)) return false
    return values.at < values.end && bytes[values.at] !== letterN
  }

  return {
    tagText(o, at, end) {
      end = valueEnd(at, end)
      return end < 0 ? -1 : copy.copy(o, at, end)
    },
    tagNumber(o, at, end) {
      end = valueEnd(at, end)
      if (end <= at) return -1
      return isInteger(at, end) ? copy.copy(o, at, end) : strings.jsonString(o, at, end)
    },
    tagJson(o, at, end) {
      end = valueEnd(at, end)
      if (end < 0) return -1
      const next = values.compact(o, at, end, proto)
      if (next < 0) return strings.jsonString(o, at, end)
      return bytes[o] === letterN ? -1 : next
    },
    tagTyped(o, at, end, typedAt, typedEnd, cut, wholeCharacters, finiteNumbers) {
      if (typedAt !== 0) {
        typedEnd = valueEnd(typedAt, typedEnd)
        if (typedEnd < 0 || texts.isNull(typedAt, typedEnd)) return -1
        if (texts.string(o + 1, typedAt, typedEnd)) {
          return strings.quote(o, cutEnd(o + 1, texts.end, cut, wholeCharacters))
        }
        const next = texts.json(o, typedAt, typedEnd, finiteNumbers ? styles.finite : styles.envoy)
        if (next >= 0) return next
      }
      if (at === 0) return -1
      end = valueEnd(at, end)
      return end < 0 ? -1 : strings.jsonString(o, at, cutEnd(at, end, cut, wholeCharacters))
    },
    tagPathText(o, path, at, end, cut, wholeCharacters, finiteNumbers) {
      const reading = finiteNumbers ? finite : envoy
      if (!follow(o, path, at, end, reading)) return -1
      const next =
        bytes[values.at] === quoteMark
          ? values.unescape(o, values.at, values.end, reading)
          : values.compact(o, values.at, values.end, reading)
      return next < 0 ? -1 : cutEnd(o, next, cut, wholeCharacters)
    },
    tagPathJson(o, path, at, end, cut, wholeCharacters, finiteNumbers) {
      const reading = finiteNumbers ? finite : envoy
      if (!follow(o, path, at, end, reading)) return -1
      if (bytes[values.at] !== quoteMark) return values.compact(o, values.at, values.end, reading)
      const next = values.unescape(o + 1, values.at, values.end, reading)
      return next < 0 ? -1 : strings.quote(o, cutEnd(o + 1, next, cut, wholeCharacters))
    },
  }
}
