/**
 * Values of metadata: a path of keys is followed into a Struct, through Structs only, and what lies there is written as text (a
 * string as it is, all else as compact JSON) or as JSON.
 */
import type { Copy } from './copy.ts'
import type { JsonStrings } from './json-string.ts'
import type { JsonStyles } from './json-style.ts'
import type { Structs } from './struct.ts'
import type { StructReader } from './struct-reader.ts'
import type { TextSafety } from './text-safety.ts'

/**
 * Writes at `o` what lies at `path` in the Struct `[at, end)`; an empty path is the Struct itself. -1 when there is nothing, null, or
 * damage on the way. `cut` is the most bytes of the value, or Infinity; in JSON it counts for strings only, before they are
 * escaped. `wholeCharacters`: the cut never splits a character. `finiteNumbers`: infinity is `null`, not `inf`. At most
 * `structBytesPerByte` times the bytes of the Struct are written, and `structBytesFixed` more.
 */
export type StructPath = (
  o: number,
  path: readonly Uint8Array[],
  at: number,
  end: number,
  cut: number,
  wholeCharacters: boolean,
  finiteNumbers: boolean,
) => number

export interface StructPaths {
  readonly structText: StructPath
  readonly structJson: StructPath
}

export interface StructPathOptions {
  readonly reader: StructReader
  readonly structs: Structs
  readonly styles: JsonStyles
  readonly copy: Copy
  readonly strings: JsonStrings
  readonly safety: TextSafety
}

export function createStructPaths({ reader, structs, styles, copy, strings, safety }: StructPathOptions): StructPaths {
  const { tags } = reader
  const cutEnd = (at: number, end: number, cut: number, wholeCharacters: boolean): number => {
    if (cut >= end - at) return end
    return wholeCharacters ? safety.wholeEnd(at, end, at + cut) : at + cut
  }

  /** True when `reader` holds the value at the path, and it is not null. */
  const follow = (path: readonly Uint8Array[], at: number, end: number): boolean => {
    for (let i = 0; i < path.length; i++) {
      if (i > 0) {
        if (reader.member !== tags.structValue) return false
        at = reader.at
        end = reader.end
      }
      if (!reader.find(path[i]!, at, end)) return false
    }
    return reader.member !== 0 && reader.member !== tags.nullValue
  }

  /** Anything but a string. */
  const write = (o: number, path: readonly Uint8Array[], at: number, end: number, finiteNumbers: boolean): number => {
    const style = finiteNumbers ? styles.finite : styles.envoy
    if (path.length === 0) return structs.struct(o, at, end, style)
    return structs.found(o, style)
  }

  const isString = (path: readonly Uint8Array[]) => path.length > 0 && reader.member === tags.stringValue

  return {
    structText(o, path, at, end, cut, wholeCharacters, finiteNumbers) {
      structs.begin(at, end)
      if (path.length > 0 && !follow(path, at, end)) return -1
      if (isString(path)) return copy.copy(o, reader.at, cutEnd(reader.at, reader.end, cut, wholeCharacters))
      const next = write(o, path, at, end, finiteNumbers)
      return next < 0 ? -1 : cutEnd(o, next, cut, wholeCharacters)
    },
    structJson(o, path, at, end, cut, wholeCharacters, finiteNumbers) {
      structs.begin(at, end)
      if (path.length > 0 && !follow(path, at, end)) return -1
      if (isString(path)) return strings.jsonString(o, reader.at, cutEnd(reader.at, reader.end, cut, wholeCharacters))
      return write(o, path, at, end, finiteNumbers)
    },
  }
}
