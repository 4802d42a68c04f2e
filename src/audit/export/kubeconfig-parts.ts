/**
 * The parts of a kubeconfig, read key by key: texts, switches, files that may lie in the text itself (`…-data`), and parts that are found by
 * their name. What is wrong is noted, and the reading goes on, so that all of it is told at once.
 */
import { isAbsolute, join } from 'node:path'
import { didYouMean } from '../../did-you-mean.ts'
import type { Fault } from '../../errors.ts'

/** What one reading has to go by, and what it has found wrong. */
export interface Notes {
  /** Names of files begin here when they are relative: the folder of the kubeconfig. */
  readonly folder: string
  readonly readFile: (path: string) => Buffer
  readonly faults: Fault[]
  readonly warnings: Fault[]
}

/** A mapping, and where it is. */
export interface Part {
  readonly values: Readonly<Record<string, unknown>>
  readonly path: string
  readonly notes: Notes
}

const at = ({ path }: Part, key: string) => (path === '' ? key : `${path}.${key}`)

export function fault(part: Part, code: string, key: string, message: string): void {
  part.notes.faults.push({ code, path: at(part, key), message })
}

export function warn(part: Part, code: string, key: string, message: string): void {
  part.notes.warnings.push({ code, path: at(part, key), message })
}

/** Null when it is absent or empty, which are the same to client-go; and when it is a fault. */
export function textOf(part: Part, key: string): string | null {
  const value = part.values[key]
  if (value === undefined || value === null || value === '') return null
  if (typeof value === 'string') return value
  fault(part, 'wrong_type', key, 'must be a text. Put it in quotes.')
  return null
}

export function flagOf(part: Part, key: string): boolean {
  const value = part.values[key] ?? false
  if (typeof value === 'boolean') return value
  fault(part, 'wrong_type', key, 'must be true or false.')
  return false
}

/** What a file holds that is named by `key`, or stands as base64 in `key-data`; null when there is none. */
export function contentOf(part: Part, key: string): Buffer | null {
  const [file, data] = [textOf(part, key), textOf(part, `${key}-data`)]
  if (file !== null && data !== null) {
    fault(part, 'conflict', key, `cannot be there together with ${key}-data. Leave one of them out.`)
    return null
  }
  if (file !== null) return readNamed(part, key, file)
  if (data === null) return null
  const base64 = data.replace(/[\r\n]/g, '')
  if (/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(base64))
    return Buffer.from(base64, 'base64')
  fault(part, 'not_base64', `${key}-data`, `must be base64 of what a file would hold. Or name the file in ${key}.`)
  return null
}

export function readNamed(part: Part, key: string, file: string): Buffer | null {
  try {
    return part.notes.readFile(pathOf(part, file))
  } catch (cause) {
    fault(part, 'unreadable', key, `${file} cannot be read: ${(cause as Error).message}`)
    return null
  }
}

export function pathOf({ notes }: Part, file: string): string {
  return isAbsolute(file) ? file : join(notes.folder, file)
}

/** The item of a list of `{ name, [inner] }`; null when there is none of that name, or when it is a fault. */
export function findNamed(root: Part, list: string, name: string, inner: string): Part | null {
  const items = root.values[list] ?? []
  if (!Array.isArray(items)) {
    fault(root, 'wrong_type', list, 'must be a list.')
    return null
  }
  const found = items.flatMap((item, i) => (membersOf(item)?.['name'] === name ? [i] : []))
  const [first, second] = found
  if (first === undefined) return null
  if (second !== undefined) fault(root, 'duplicate_name', `${list}[${second}].name`, `${name} is there twice.`)
  const key = `${list}[${first}].${inner}`
  const values = membersOf(items[first][inner] ?? {})
  if (values === null) fault(root, 'wrong_type', key, 'must be a mapping.')
  return { values: values ?? {}, path: at(root, key), notes: root.notes }
}

/** client-go passes over them without a word. */
export function warnOfUnknown(part: Part, known: readonly string[]): void {
  for (const key of Object.keys(part.values)) {
    if (!known.includes(key)) warn(part, 'unknown_key', key, `is not looked at.${didYouMean(key, known)}`)
  }
}

export function membersOf(value: unknown): Readonly<Record<string, unknown>> | null {
  const isMapping = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isMapping ? (value as Record<string, unknown>) : null
}
