import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { WriteError } from '../../src/errors.ts'
import { createDeadLetter } from '../../src/writers/dead-letter.ts'
import { createFileWriter } from '../../src/writers/file.ts'

const refusal = new WriteError({ code: 'invalid', message: 'field 3 is wrong', retryable: false })
const web = { logName: 'log', nodeId: 'web', nodeCluster: 'front' }
const api = { logName: 'log', nodeId: 'api', nodeCluster: 'back' }

function batchOf(entries: readonly Uint8Array[]) {
  let end = 0
  const entryEnds = Uint32Array.from(entries, ({ length }) => (end += length))
  const groups = [
    { firstEntry: 0, stream: web },
    { firstEntry: 1, stream: api },
  ]
  return { bytes: Buffer.concat(entries), entryEnds, groups }
}

test('a letter says when, why, whose and what', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dead-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const writer = createFileWriter({ path: join(folder, 'dead.jsonl') })
  const trouble: Error[] = []
  const onTrouble = (error: Error) => void trouble.push(error)
  const quarantine = createDeadLetter({ backend: 'otel', writer, now: () => 1_000, timeoutMs: 1_000, onTrouble })
  await quarantine(batchOf([Buffer.from('a "line"\n'), Buffer.from([0xff, 0x0a]), Buffer.from('')]), refusal)
  await writer.close()
  const common = { time: '1970-01-01T00:00:01.000Z', backend: 'otel', code: 'invalid', message: 'field 3 is wrong' }
  const lines = readFileSync(join(folder, 'dead.jsonl'), 'utf8').trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { ...common, ...web, entry: 'a "line"\n' },
    { ...common, ...api, entryBase64: '/wo=' },
    { ...common, ...api, entry: '' },
  ])
  expect(trouble).toEqual([])
})

test('a file that cannot be written is told, and costs nothing else', async () => {
  const trouble: Error[] = []
  const writer = createFileWriter({ path: '/nowhere/at/all/dead.jsonl' })
  const onTrouble = (error: Error) => void trouble.push(error)
  const quarantine = createDeadLetter({ backend: 'b', writer, now: () => 0, timeoutMs: 1_000, onTrouble })
  await quarantine(batchOf([Buffer.from('a')]), refusal)
  expect(trouble).toHaveLength(1)
})
