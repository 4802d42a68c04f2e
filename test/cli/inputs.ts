/** Files that commands are given: whatever a test writes, and small captures as JSON Lines. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { scratch } from './run.ts'

/** Answers its path. */
export function write(data: string | Uint8Array, name: string): string {
  const file = join(scratch(), name)
  writeFileSync(file, data)
  return file
}

/** A capture of these messages. */
export function jsonl(...messages: object[]): string {
  return write(messages.map((message) => `${JSON.stringify(message)}\n`).join(''), 'entries.jsonl')
}

/** A message with an HTTP entry for each path. */
export function http(...paths: string[]): object {
  return { httpLogs: { logEntry: paths.map((path) => ({ request: { path } })) } }
}
