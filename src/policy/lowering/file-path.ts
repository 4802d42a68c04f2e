/**
 * The path of a policy's file: markers are filled in, and where it leads is held against `kuma.allow.paths`, since those who write policies
 * may be trusted less than those who run the sink. What stands in the path is the policy's word; what a marker stands for is a proxy's, and
 * is made a harmless piece of a file name.
 */
import { isAbsolute, normalize } from 'node:path'
import type { KumaConfig, KumaValues } from '../../config/config.ts'
import { standardStreams } from '../../config/conflicts.ts'
import type { Outside } from '../../config/data-source.ts'
import type { Parsed } from '../../config/scalars.ts'
import { fileNameBytesMax, filePathBytesMax, pathValueBytesMax } from '../../limits.ts'
import { fillPlace } from './markers.ts'

/** As written, but for the markers. */
export function fillPath(path: string, values: KumaValues): Parsed<string> {
  return fillPlace(path, { values, each: 'a file', write: nameOf })
}

export interface PathOptions extends Pick<KumaConfig, 'keptOut'> {
  readonly allow: Pick<KumaConfig['allow'], 'paths'>
  readonly outside: Pick<Outside, 'realPath'>
}

/**
 * A filled path as it is opened: absolute, without `.` and `..`, so that what has been checked is what is opened. Folders that are links
 * are followed for the check.
 */
export function checkPath(
  filled: string,
  { allow: { paths: allowed }, keptOut, outside: { realPath } }: PathOptions,
): Parsed<string> {
  if (!isAbsolute(filled)) return { fault: 'must be an absolute path, such as /var/log/mesh.log.' }
  if (filled.includes('\0')) return { fault: 'holds a NUL, which no path can.' }
  const path = normalize(filled)
  if (path.endsWith('/')) return { fault: 'names a folder, not a file.' }
  const long = path.split('/').find((name) => Buffer.byteLength(name) > fileNameBytesMax)
  if (long !== undefined) {
    return { fault: `holds a name of ${Buffer.byteLength(long)} bytes; ${fileNameBytesMax} are allowed.` }
  }
  if (Buffer.byteLength(path) > filePathBytesMax) {
    return { fault: `has ${Buffer.byteLength(path)} bytes; ${filePathBytesMax} are allowed.` }
  }
  const real = (each: string) => (standardStreams.includes(each) ? each : realPath(each))
  const kept = keptOut.length > 0 ? keptOut.find((each) => isWithin(real(path), each)) : undefined
  if (kept !== undefined) return { fault: `belongs to the audit of this sink (${kept}), where no policy may write.` }
  if (allowed.some((prefix) => isRoot(prefix) || isWithin(real(path), real(trimmed(prefix))))) return { value: path }
  const led = real(path) === filled ? '' : ` It leads to ${real(path)}.`
  const list = allowed.length === 0 ? 'which is empty' : allowed.join(', ')
  return { fault: `is not within kuma.allow.paths (${list}).${led}` }
}

const isRoot = (prefix: string) => normalize(prefix) === '/'
const trimmed = (prefix: string) => normalize(prefix).replace(/\/$/, '')

/** `/var/log/mesh` is the file of this name, and all that is in the folder; not `/var/log/mesh-evil`. */
const isWithin = (path: string, prefix: string) => path === prefix || path.startsWith(`${prefix}/`)

/** A value as a piece of a file's name: it cannot lead elsewhere, and is never nothing. */
function nameOf(value: string): string {
  const plain = value.replace(/[/\\\p{Cc}\p{Cs}]|\.{2,}/gu, '_')
  const kept = cut(plain)
  return kept === '' || kept === '.' ? '_' : kept
}

/** Whole characters of it. */
function cut(text: string): string {
  let bytes = 0
  let kept = ''
  for (const character of text) {
    bytes += Buffer.byteLength(character)
    if (bytes > pathValueBytesMax) break
    kept += character
  }
  return kept
}
