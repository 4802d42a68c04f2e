/**
 * What formats cost before the first entry: compiling 1,000 different ones, and the memory of 1,000 streams bound to 100 of them.
 * And whether an entry costs by what the format names or by what the entry holds: the same three operators on 400 and on 4,096 bytes.
 * `npm run bench:compile`.
 */
import { compileFormat } from '../src/engine/compile-format.ts'
import type { Program } from '../src/engine/program.ts'
import { encodeJsonMessage } from '../src/schema/json.ts'
import { loadSchema } from '../src/schema/load.ts'
import { createMemory } from '../src/wire/memory.ts'
import { typedJsonFormat } from './formats.ts'
import { median } from './median.ts'

const memory = createMemory({ inputBytesMax: 1 << 20, outputBytesMax: 1 << 20 })
const stream = { logName: 'bench', nodeId: 'default.web', nodeCluster: 'web' }

/** Half text, half JSON of 25 keys; each names a header of its own. */
function format(i: number) {
  const own = `%REQ(X-HEADER-${i})%`
  if (i % 2 === 0)
    return { text: `[%START_TIME%] %KUMA_MESH% %REQ(:METHOD)% %RESPONSE_CODE% ${own} %DURATION% %UPSTREAM_HOST%\n` }
  return { json: { ...typedJsonFormat, own } }
}

const programs = measured('1,000 formats compiled', () =>
  Array.from({ length: 1000 }, (_, i) => compileFormat(format(i), { memory })),
)
// What renders is made when the first entry comes.
measured('the first HTTP entry of each', () => {
  const { inputAt, outputAt } = memory
  for (const { http } of programs) http.render(inputAt, inputAt, outputAt, http.bindStream(stream), 0)
})

const hundred = programs.slice(0, 100)
const bound = Array.from({ length: 1000 }, (_, i) => hundred[i % 100]!.http.bindStream(stream))
console.log(`${bound.length} streams on 100 of them: RSS ${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB`)

const threeOperators = compileFormat({ text: '%REQ(:METHOD)% %RESPONSE_CODE% %PROTOCOL%\n' }, { memory }).http
const small = entryOf(400)
const large = entryOf(4096)
const ratios: number[] = []
for (let round = 0; round < 9; round++) {
  const [a, b] = [nanos(threeOperators, small), nanos(threeOperators, large)]
  ratios.push(b / a)
  if (round === 8)
    console.log(
      `three operators: ${a.toFixed(0)} ns on ${small.length} bytes, ${b.toFixed(0)} ns on ${large.length} bytes`,
    )
}
console.log(`median of 9 rounds: ${median(ratios).toFixed(2)} times`)

function measured<T>(what: string, work: () => T): T {
  const [cpu, start] = [process.cpuUsage(), performance.now()]
  const result = work()
  const { user, system } = process.cpuUsage(cpu)
  const seconds = ((performance.now() - start) / 1000).toFixed(2)
  console.log(`${what}: ${seconds} s, ${((user + system) / 1e6).toFixed(2)} s of CPU`)
  return result
}

/** An entry of about so many bytes: larger values in the same fields, and listed headers as Envoy sends them. */
function entryOf(bytes: number): Uint8Array {
  const headers = Object.fromEntries(
    Array.from({ length: 4 }, (_, i) => [`x-header-${i}`, 'v'.repeat((bytes - 240) / 8)]),
  )
  return encodeJsonMessage(loadSchema(), 'envoy.data.accesslog.v3.HTTPAccessLogEntry', {
    commonProperties: {
      startTime: '2026-01-01T00:00:00Z',
      duration: '0.120s',
      upstreamRemoteAddress: { socketAddress: { address: '10.0.0.2', portValue: 443 } },
    },
    protocolVersion: 'HTTP11',
    request: {
      requestMethod: 'GET',
      path: `/${'p'.repeat((bytes - 240) / 4)}`,
      userAgent: 'u'.repeat((bytes - 240) / 4),
      requestHeaders: headers,
    },
    response: { responseCode: 200 },
  })
}

function nanos({ render }: Program, entry: Uint8Array): number {
  const calls = 400_000
  memory.bytes.set(entry, memory.inputAt)
  const before = process.cpuUsage()
  for (let i = 0; i < calls; i++) render(memory.inputAt, memory.inputAt + entry.length, memory.outputAt, [], 0)
  const { user, system } = process.cpuUsage(before)
  return ((user + system) * 1000) / calls
}
