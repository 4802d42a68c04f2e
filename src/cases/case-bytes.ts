/**
 * The bytes of a case: what goes in (`message`, `wire`, `capture`) and what must come out (`expect…`). Files are named relative to
 * the case file.
 */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { openCapture } from '../captures/open.ts'
import { ConfigError } from '../errors.ts'
import { encodeJsonMessage } from '../schema/json.ts'
import { fromBase64 } from '../schema/json-scalars.ts'
import { loadSchema } from '../schema/load.ts'
import type { CaseInput, Expectation } from './format-case.ts'
import { show } from './values.ts'

/** Notes a fault of the case; `path` is relative to the case. */
export type Refuse = (path: string, message: string, code?: string) => void

export interface CaseContext {
  readonly keys: Readonly<Record<string, unknown>>
  readonly refuse: Refuse
  /** Folder of the case file. */
  readonly folder: string
}

export function parseInputs({ keys, refuse, folder }: CaseContext): CaseInput[] {
  const { message, wire, capture } = keys
  const inputs: CaseInput[] = []
  if (message !== undefined) {
    const bytes = encodeMessage(message, refuse)
    inputs.push({ key: 'message', messages: () => [bytes] })
  }
  if (wire !== undefined) {
    const bytes = base64(wire, 'wire', refuse)
    inputs.push({ key: 'wire', messages: () => [bytes] })
  }
  if (typeof capture === 'string') {
    inputs.push({ key: 'capture', messages: () => openCapture(resolve(folder, capture)) })
  } else if (capture !== undefined) refuse('capture', `must name a file, not ${show(capture)}.`)
  return inputs
}

function encodeMessage(message: unknown, refuse: Refuse): Uint8Array {
  try {
    return encodeJsonMessage(loadSchema(), 'envoy.service.accesslog.v3.StreamAccessLogsMessage', message)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    for (const { path, message: what, code } of error.faults) refuse(path ? `message.${path}` : 'message', what, code)
    return new Uint8Array()
  }
}

const expectations = ['expect', 'expectFile', 'expectBase64', 'expectError'] as const

export function parseExpectation({ keys, refuse, folder }: CaseContext): Expectation {
  const [key, second] = expectations.filter((name) => keys[name] !== undefined)
  if (key === undefined) return { kind: 'compiles' }
  if (second !== undefined) refuse(second, `cannot stand beside ${key}: a case expects one thing.`)
  const value = keys[key]
  if (typeof value !== 'string') {
    refuse(key, `must be a string, not ${show(value)}. Put it in quotes.`)
    return { kind: 'compiles' }
  }
  switch (key) {
    case 'expect':
      return { kind: 'output', bytes: Buffer.from(value) }
    case 'expectFile':
      return { kind: 'output', bytes: fileBytes(resolve(folder, value), refuse) }
    case 'expectBase64':
      return { kind: 'output', bytes: base64(value, key, refuse) }
    case 'expectError':
      return { kind: 'error', piece: value }
  }
}

function fileBytes(path: string, refuse: Refuse): Uint8Array {
  try {
    return readFileSync(path)
  } catch (error) {
    refuse('expectFile', `cannot be read: ${(error as Error).message}.`)
    return new Uint8Array()
  }
}

function base64(value: unknown, path: string, refuse: Refuse): Uint8Array {
  const bytes = typeof value === 'string' ? fromBase64(value) : undefined
  if (bytes === undefined) refuse(path, `must be base64, not ${show(value)}.`)
  return bytes ?? new Uint8Array()
}
