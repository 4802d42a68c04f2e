/**
 * The main promise, on a real Envoy: what the sink writes for a stream is, to the byte, what Envoy's own file logger writes for the
 * same requests in the same format. Where the stream cannot carry that (`envoy/predict.ts` names the reasons), the corpus says so
 * request by request before anything is sent, and the sink's line has to be the predicted one.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { AlsAddress } from '../../envoy/clusters.ts'
import { type CaseName, caseNames, logFormat } from '../../envoy/config.ts'
import { linesOf } from '../../envoy/drive.ts'
import { type Format, kumaValues, parityFormats } from '../../envoy/formats.ts'
import type { Item } from '../../envoy/item.ts'
import { type Driven, runLab } from '../../envoy/lab.ts'
import { predictLine } from '../../envoy/predict.ts'
import { until } from '../../envoy/until.ts'
import { portOf, type SinkEnd, type SinkProcess, startSink } from '../support/sink-process.ts'
import { describeWithEnvoy } from './real-envoy.ts'

describeWithEnvoy("the sink's files equal Envoy's own", (binary) => {
  test('over TCP, for HTTP/1, HTTP/2, TCP, and TCP through the HTTP logger', async () => {
    await expectParity(binary, () => '127.0.0.1:0')
  }, 60_000)

  test('over a Unix socket', async () => {
    await expectParity(binary, (dir) => `unix:${join(dir, 'als.sock')}`)
  }, 60_000)
})

/** Runs everything against one address of the sink and compares every file. */
async function expectParity(binary: string, listenAt: (dir: string) => string): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'als-parity-'))
  const sinkPath = (caseName: CaseName, format: Format) => join(dir, 'sink', caseName, `${format.name}.log`)
  for (const caseName of caseNames) mkdirSync(join(dir, 'sink', caseName), { recursive: true })
  const sink = await startSink(dir, {
    listen: { grpc: listenAt(dir), http: null },
    kuma: { values: kumaValues },
    pipelines: caseNames.map((caseName) => ({
      name: caseName,
      match: { logName: caseName },
      backends: parityFormats.map((format) => fileBackend(format, sinkPath(caseName, format))),
    })),
  })
  let entries = 0
  let end: SinkEnd
  try {
    const options = {
      binary,
      dir,
      cases: caseNames,
      formats: parityFormats,
      als: alsAddress(sink),
      timeZone: 'Asia/Kolkata',
    }
    await runLab(options, async (driven) => {
      for (const [caseName, items] of driven.items) {
        entries += items.length
        for (const format of parityFormats) {
          const count = () => linesOf(sinkPath(caseName, format)).length
          const seen = () => `${count()} of ${items.length} lines\n${sink.said()}`
          await until(`the sink writes ${format.name} of ${caseName}`, 10_000, () => count() >= items.length, seen)
        }
      }
      expectEqualFiles(driven, sinkPath)
    })
  } finally {
    end = await sink.stop()
  }
  expect(entries).toBeGreaterThanOrEqual(300)
  expect(end.received('http entries') + end.received('tcp entries')).toBe(entries)
  expect(end.received('malformed')).toBe(0)
  expect(end.total('written')).toBe(entries * parityFormats.length)
  expect(end.total('dropped')).toBe(0)
  expect(end.exitCode, sink.said()).toBe(0)
  rmSync(dir, { recursive: true })
}

function alsAddress(sink: SinkProcess): AlsAddress {
  const address = sink.addresses[0]!
  return address.startsWith('unix:') ? { path: address.slice('unix:'.length) } : { port: portOf(sink) }
}

function expectEqualFiles(driven: Driven, sinkPath: (caseName: CaseName, format: Format) => string): void {
  const counts = new Map<string, number>()
  const wrong: string[] = []
  for (const [caseName, items] of driven.items) {
    for (const format of parityFormats) {
      const envoyLines = linesOf(driven.logPath(caseName, format))
      const sinkLines = linesOf(sinkPath(caseName, format))
      for (const [i, item] of items.entries()) {
        const { line, shown } = predictLine(format, envoyLines[i]!, item.differs)
        for (const { why } of shown) counts.set(why, (counts.get(why) ?? 0) + 1)
        if (sinkLines[i]?.equals(line)) continue
        wrong.push(describeLine(caseName, format, item, i, envoyLines[i]!, line, sinkLines[i]))
      }
      // No line more, and no torn end.
      expect(readFileSync(sinkPath(caseName, format)).length).toBe(
        sinkLines.reduce((sum, line) => sum + line.length + 1, 0),
      )
      expect(sinkLines.length).toBe(items.length)
    }
  }
  if (wrong.length > 0) expect.fail(`${wrong.length} lines are wrong:\n${wrong.slice(0, 5).join('\n')}`)
  expect(Object.fromEntries(counts)).toEqual(predictedCounts)
}

/**
 * Lines (entries times formats) in which each reason shows, from the corpus alone. They change only when the corpus or the formats
 * do.
 */
const predictedCounts = {
  'invalid-utf-8': 66,
  'repeated-header': 18,
  'no-upstream-host': 30,
  'flag-not-carried': 12,
}

/** The formats in the words of the sink's configuration: Kuma's for Kuma's, else Envoy's `log_format`, pasted. */
function fileBackend(format: Format, path: string): object {
  const queue = { flushAfter: '20ms' }
  if (format.sinkText === undefined) return { type: 'File', file: { path, logFormat: logFormat(format) }, queue }
  // Plain gets its newline from the sink, as from Kuma.
  return { type: 'File', file: { path, format: { type: 'Plain', plain: format.sinkText.replace(/\n$/, '') } }, queue }
}

function describeLine(
  caseName: CaseName,
  format: Format,
  item: Item,
  i: number,
  envoy: Buffer,
  predicted: Buffer,
  sink: Buffer | undefined,
): string {
  const show = (bytes: Buffer | undefined) => JSON.stringify(bytes?.toString('latin1'))
  const lines = [`line ${i + 1} of ${caseName}/${format.name}, written for ${item.name}, is not what was predicted:`]
  lines.push(`  Envoy's own: ${show(envoy)}`, `  predicted:   ${show(predicted)}`, `  the sink's:  ${show(sink)}`)
  return lines.join('\n')
}
