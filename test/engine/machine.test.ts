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
