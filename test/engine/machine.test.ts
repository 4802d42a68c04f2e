/**
 * The machine renders what Envoy sends, without help; what it does not take, the generated function does, and nobody can tell. That the
 * two agree is held by every test that renders (`entries.ts`).
 */
import { afterEach, expect, test, vi } from 'vitest'
import { cutMessage, MessageParts } from '../../src/als/message.ts'
import { readAlsFile } from '../../src/captures/als-file.ts'
import { type CompileFormatOptions, compileFormat, type FormatSpec } from '../../src/engine/compile-format.ts'
import type { Program } from '../../src/engine/program.ts'
import { envoyDefaultFormat, kumaHttpFormat, kumaTcpFormat } from '../../src/format/default-formats.ts'
import { unidentified } from '../../src/identifier.ts'
import { createKernel } from '../../src/kernel.ts'
import { encodeEntry, httpEntry } from './entries.ts'

const formats: Readonly<Record<string, FormatSpec>> = {
  "Envoy's own": { text: envoyDefaultFormat },
  "Kuma's for HTTP": { text: kumaHttpFormat },
  "Kuma's for TCP": { text: kumaTcpFormat },
  JSON: {
    json: {
      start: '%START_TIME%',
      code: '%RESPONSE_CODE%',
      agent: '%REQ(USER-AGENT)%',
      both: '%REQ(:METHOD)% %PROTOCOL%',
      remote: '%DOWNSTREAM_REMOTE_ADDRESS%',
      port: '%DOWNSTREAM_REMOTE_PORT%',
      took: '%DURATION%',
    },
  },
}

afterEach(() => vi.restoreAllMocks())

test.each(Object.keys(formats))('entries of a real Envoy need no generated function: %s', (name) => {
  const made = vi.spyOn(globalThis, 'Function')
  const lines = renderStreams(formats[name]!, {})
  expect(lines.length).toBeGreaterThan(50)
  expect(made).not.toHaveBeenCalled()
  expect(lines).toEqual(renderStreams(formats[name]!, { machine: false }))
  expect(made).toHaveBeenCalled()
})

test.each([
  ['a list', '%DOWNSTREAM_PEER_URI_SAN%'],
  ['such a custom tag', '%FILTER_STATE(envoy.string)%'],
  ['a grpcStatus', '%GRPC_STATUS%'],
  ['such a time', '%START_TIME(%E*S)%'],
  ['an emitTime', '%EMIT_TIME%'],
])('what it cannot do is said: %s', (why, text) => {
  const { unfit } = compileFormat({ text }, { memory: kernel.memory }).http
  expect(unfit).toBe(why)
})

test('members that are left out are not its work', () => {
  const options = { memory: kernel.memory, omitEmptyValues: true }
  expect(compileFormat({ json: { a: '%REQ(X)%' } }, options).http.unfit).toBe('members that are left out')
})

test.each([
  ['%DURATION%', 'numbers in quotes'],
  ['%DYNAMIC_METADATA(a:b)%', 'numbers in quotes'],
  ['%REQ(X)% %DURATION%', null],
  ['%PROTOCOL%', null],
])('where all values are strings: %s', (value, unfit) => {
  const { http } = compileFormat({ pairs: [{ key: 'a', value }], jsonTypes: 'string' }, { memory: kernel.memory })
  expect(http.unfit).toBe(unfit)
})

test('formats and streams take turns', () => {
  const { memory } = kernel
  const [a, b] = ['a', 'b'].map(
    (letter) => compileFormat({ text: `${letter} %KUMA_MESH% %START_TIME%\n` }, { memory }).http,
  )
  const bound = (program: Program, mesh: string) =>
    program.bindStream({ ...unidentified, logName: `kuma:${mesh}:x:y:z:w` })
  const streams = [bound(a!, 'one'), bound(a!, 'two')]
  const entry = encodeEntry('http', httpEntry())
  const line = (program: Program, runs: readonly Int32Array[]) => renderOne(program, entry, runs)
  for (let turn = 0; turn < 3; turn++) {
    expect(line(a!, streams[0]!)).toMatch(/^a one 2020/)
    expect(line(b!, bound(b!, 'three'))).toMatch(/^b three 2020/)
    expect(line(a!, streams[1]!)).toMatch(/^a two 2020/)
  }
})

test("values of a stream that are too long for it are the generated function's", () => {
  const { http } = compileFormat(
    { text: '%KUMA_MESH%' },
    { memory: kernel.memory, kumaValues: { mesh: 'm'.repeat(100_000) } },
  )
  expect(renderOne(http, encodeEntry('http', {}), http.bindStream(unidentified))).toHaveLength(100_000)
})

test('numbers of every length, with what stands behind them', () => {
  const made = vi.spyOn(globalThis, 'Function')
  const text = '%BYTES_SENT%,%UPSTREAM_WIRE_BYTES_SENT%,%RESPONSE_CODE%,%DURATION%|'
  const lengths = Array.from({ length: 20 }, (_, digits) => 10n ** BigInt(digits))
  const numbers = lengths.flatMap((power) => [power - 1n, power, power + 1n, power * 2n - 1n])
  const edges = [2n ** 32n - 1n, 2n ** 32n, 2n ** 56n - 1n, 2n ** 56n, 2n ** 63n, 2n ** 64n - 1n]
  for (const number of [...numbers, ...edges].sort((a, b) => (a < b ? -1 : 1))) {
    if (number >= 2n ** 64n) continue
    const small = number % 2n ** 32n
    const milliseconds = number % 1_000_000_000_000n
    const entry = encodeEntry('http', {
      commonProperties: {
        upstreamWireBytesSent: `${number}`,
        duration: `${milliseconds / 1000n}.${`${milliseconds % 1000n}`.padStart(3, '0')}s`,
      },
      response: { responseBodyBytes: `${number}`, responseCode: Number(small) },
    })
    const { http } = compileFormat({ text }, { memory: kernel.memory })
    expect(http.unfit).toBe(null)
    const line = `${number},${number},${small === 0n ? 0 : small},${milliseconds}|`
    expect(renderOne(http, entry, http.bindStream(unidentified))).toBe(line)
    // Longer varints than Envoy sends are the generated function's.
    expect(made.mock.calls.length > 0).toBe(number >= 2n ** 56n)
  }
})

test('times of many seconds, in turns, with fractions of every length', () => {
  const fractions = Array.from({ length: 9 }, (_, i) => `%START_TIME(%s.%${i + 1}f)%`)
  const programs = ['%START_TIME%', ...fractions].map((text) => {
    const { http } = compileFormat({ text: `${text}|` }, { memory: kernel.memory })
    return { http, runs: http.bindStream(unidentified) }
  })
  const first = Date.UTC(2026, 0, 1) / 1000
  for (let i = 0; i < 400; i++) {
    const second = first + ((i * 37) % 130)
    const nanos = `${(i * 987_654_321) % 1_000_000_000}`.padStart(9, '0')
    const at = new Date(second * 1000).toISOString().slice(0, 19)
    const entry = encodeEntry('http', { commonProperties: { startTime: `${at}.${nanos}Z` } })
    const lines = [`${at}.${nanos.slice(0, 3)}Z|`, ...fractions.map((_, d) => `${second}.${nanos.slice(0, d + 1)}|`)]
    const { http, runs } = programs[i % programs.length]!
    expect(renderOne(http, entry, runs)).toBe(lines[i % programs.length])
  }
})

const kernel = createKernel()

function renderOne(program: Program, entry: Uint8Array, runs: readonly Int32Array[]): string {
  const { bytes, inputAt, outputAt } = kernel.memory
  bytes.set(entry, inputAt)
  const out = program.render(inputAt, inputAt + entry.length, outputAt, runs, 0)
  return Buffer.from(bytes.subarray(outputAt, out)).toString('latin1')
}

/** All entries that were recorded from a real Envoy, as lines of this format. */
function renderStreams(format: FormatSpec, options: Omit<CompileFormatOptions, 'memory'>): string[] {
  const { memory, tags } = kernel
  const programs = compileFormat(format, { ...options, memory })
  const parts = new MessageParts()
  const lines: string[] = []
  for (const name of ['http1', 'http2', 'tcp', 'tcp-http-grpc']) {
    for (const message of readAlsFile(
      new URL(`../golden/envoy-1.40.0/${name}/capture.als`, import.meta.url).pathname,
    )) {
      memory.bytes.set(message, memory.inputAt)
      cutMessage(memory.bytes, memory.inputAt, memory.inputAt + message.length, tags, parts)
      const program = programs[parts.kind ?? 'http']
      const runs = program.bindStream(unidentified)
      for (let i = 0; i < parts.entries.count; i++) {
        const out = program.render(parts.entries.at[i]!, parts.entries.end[i]!, memory.outputAt, runs, 0)
        lines.push(Buffer.from(memory.bytes.subarray(memory.outputAt, out)).toString('latin1'))
      }
    }
  }
  return lines
}
