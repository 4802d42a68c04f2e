/** Kubeconfigs in a folder of their own, writers that go by them, and batches of events. Everything is gone when the test ends. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createWebhookWriter, type WebhookWriterOptions } from '../../../src/audit/export/webhook-writer.ts'
import type { Batch } from '../../../src/batch.ts'
import type { Fault } from '../../../src/errors.ts'
import type { Writer } from '../../../src/writers/writer.ts'
import { batchOf } from '../../writers/batches.ts'
import { Receiver } from './receiver.ts'

/** JSON is YAML, too. */
export function kubeconfig(cluster: object, user?: object): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'receiver', cluster }],
    users: user === undefined ? [] : [{ name: 'sink', user }],
    contexts: [{ name: 'webhook', context: { cluster: 'receiver', user: user === undefined ? '' : 'sink' } }],
    'current-context': 'webhook',
  })
}

/** `write` answers the path of the file. */
export function openFolder(): { readonly write: (name: string, text: string) => string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'als-sink-export-'))
  const write = (name: string, text: string) => {
    const path = join(folder, name)
    writeFileSync(path, text)
    return path
  }
  return { write, remove: () => rmSync(folder, { recursive: true }) }
}

export function folderOfTest(): ReturnType<typeof openFolder>['write'] {
  const { write, remove } = openFolder()
  onTestFinished(remove)
  return write
}

export async function receiverOfTest(options: Parameters<typeof Receiver.listen>[0] = {}): Promise<Receiver> {
  const receiver = await Receiver.listen(options)
  onTestFinished(() => receiver.close())
  return receiver
}

export const path = 'audit.kubernetes[0]'
export const nowMs = Date.parse('2026-03-05T07:08:09Z')

export type RigOptions = Partial<WebhookWriterOptions>

/** Nobody closes it but the caller. */
export function createWriter(configFile: string, options: RigOptions = {}): Writer {
  return createWebhookWriter({ path, configFile, batchEventsMax: 400, now: () => nowMs, ...options })
}

/** Closed when the test ends. `told`: troubles and warnings, as `code: message`. */
export function writerBy(configFile: string, options: RigOptions = {}): { writer: Writer; told: string[] } {
  const told: string[] = []
  const tell = (_: string, { code, message }: Fault) => void told.push(`${code}: ${message}`)
  const writer = createWriter(configFile, { onTrouble: tell, onWarning: tell, ...options })
  onTestFinished(() => writer.close())
  return { writer, told }
}

export function patience(): AbortSignal {
  return new AbortController().signal
}

/** Each is one event that holds the text. */
export function eventsOf(texts: readonly string[]): Batch {
  return batchOf(texts.map((text) => `${JSON.stringify({ level: 'Metadata', text })}\n`))
}
