/**
 * End to end over loopback into a file: this sink against the plain way (`peers/plain.js`), interleaved in one run. `npm run bench`.
 * CPU is user + system of the server process from the first byte sent to the last line in the file; ratios are what counts, for
 * machines differ and are noisy.
 *
 * Where it is unfair: the plain server knows three response flags, escapes by JSON.stringify (not Envoy's way) and trusts its
 * input; it is given entries that never need more. Both are given ready-made bytes by a client that costs them nothing.
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { kumaHttpFormat } from '../src/format/default-formats.ts'
import { corpusFile } from './corpus.ts'
import { typedJsonFormat } from './formats.ts'
import { sendLoad } from './load.ts'
import { median } from './median.ts'

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    entries: { type: 'string', default: '400000' },
    streams: { type: 'string', default: '1' },
  },
})
const rounds = Number(flags.rounds)
const streams = Number(flags.streams)
const corpus = corpusFile()
const capture = readFileSync(corpus.path)
const repeat = Math.max(1, Math.round(Number(flags.entries) / corpus.entries / streams))
const folder = mkdtempSync(join(tmpdir(), 'als-bench-'))
const ticksPerSecond = 100
/** 200,000 entries: after that V8 has compiled what it will compile, on both sides. */
const warmUpRepeat = 10
/** The sink gets so many times the entries of the plain way: measured for a second only, it would show nothing but noise. */
const sinkShare = 3

interface Sample {
  readonly cpuMicros: number
  readonly userMicros: number
  readonly entriesPerSecond: number
  readonly rssMegabytes: number
}

interface Contestant {
  readonly name: string
  /** How many times the entries of the smallest contestant it gets. */
  readonly share: number
  readonly command: (file: string) => readonly string[]
}

const kumaValues = { mesh: 'default', sourceService: 'web', destinationService: 'backend', sourceAddress: '10.0.0.3' }

function sink(name: string, logFormat: object): Contestant {
  return {
    name,
    share: sinkShare,
    command: (file) => {
      const config = join(folder, `${name.replaceAll(' ', '-')}.yaml`)
      const backends = [{ type: 'File', file: { path: file, logFormat } }]
      writeFileSync(
        config,
        JSON.stringify({
          listen: { grpc: '127.0.0.1:0' },
          kuma: { values: kumaValues },
          pipelines: [{ name: 'bench', backends }],
        }),
      )
      return ['dist/main.js', 'serve', '-c', config]
    },
  }
}

const contestants: readonly Contestant[] = [
  sink('als-sink text', { text_format_source: { inline_string: kumaHttpFormat } }),
  { name: 'plain text', share: 1, command: (file) => ['bench/peers/plain.js', 'text', file] },
  sink('als-sink JSON', { json_format: typedJsonFormat }),
  { name: 'plain JSON', share: 1, command: (file) => ['bench/peers/plain.js', 'json', file] },
]

/** CPU time of a process so far, user and system, in microseconds. */
function cpuOf(pid: number): { user: number; system: number } {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  const micros = (ticks: string) => (Number(ticks) / ticksPerSecond) * 1e6
  return { user: micros(fields[11]!), system: micros(fields[12]!) }
}

/** Until the file has stopped growing for longer than a batch may wait. */
async function waitForLines(file: string, bytesBefore: number): Promise<void> {
  let size = bytesBefore
  for (let still = 0; still < 65; ) {
    await setTimeout(20)
    const now = statSync(file, { throwIfNoEntry: false })?.size ?? 0
    still = now === size ? still + 1 : 0
    size = now
  }
}

async function run({ name, share, command }: Contestant): Promise<Sample> {
  const file = join(folder, 'out.log')
  const child = spawn(process.execPath, command(file), { stdio: ['ignore', 'pipe', 'pipe'] })
  const pid = child.pid!
  const entries = corpus.entries * repeat * streams * share
  try {
    const port = await portOf(child)
    // Warm up: the just-in-time compilers are not what is measured.
    await sendLoad({ port, capture, repeat: warmUpRepeat * share, streams: 1 })
    await waitForLines(file, -1)
    const before = cpuOf(pid)
    const startedMs = performance.now()
    await sendLoad({ port, capture, repeat: repeat * share, streams })
    const wallSeconds = (performance.now() - startedMs) / 1000
    await waitForLines(file, -1)
    const after = cpuOf(pid)
    const lines = countLines(file)
    const expected = entries + warmUpRepeat * share * corpus.entries
    if (lines !== expected) throw new Error(`${name} wrote ${lines} lines for ${expected} entries`)
    const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]!
    return {
      cpuMicros: (after.user - before.user + after.system - before.system) / entries,
      userMicros: (after.user - before.user) / entries,
      entriesPerSecond: entries / wallSeconds,
      rssMegabytes: Number(peak) / 1024,
    }
  } finally {
    child.kill('SIGTERM')
    await once(child, 'exit')
    rmSync(file, { force: true })
  }
}

/** The first number that looks like a port in what a server says about itself. */
async function portOf(child: ReturnType<typeof spawn>): Promise<number> {
  let said = ''
  return new Promise((resolve, reject) => {
    const listen = (chunk: Buffer) => {
      said += chunk
      const port = /127\.0\.0\.1:(\d+)/.exec(said)?.[1] ?? /^(\d{4,5})$/m.exec(said)?.[1]
      if (port) resolve(Number(port))
    }
    child.stdout!.on('data', listen)
    child.stderr!.on('data', listen)
    child.once('exit', () => reject(new Error(`the server ended before it listened:\n${said}`)))
  })
}

function countLines(file: string): number {
  return Number(execFileSync('wc', ['-l', file], { encoding: 'utf8' }).split(' ')[0])
}

const samples = new Map<string, Sample[]>(contestants.map(({ name }) => [name, []]))
try {
  for (let round = 1; round <= rounds; round++) {
    for (const contestant of contestants) samples.get(contestant.name)!.push(await run(contestant))
    console.error(`round ${round} of ${rounds} done`)
  }
} finally {
  rmSync(folder, { recursive: true })
}

const of = (name: string, pick: (sample: Sample) => number) => median(samples.get(name)!.map(pick))
console.log(
  `${corpus.entries * repeat * streams} entries (the sink: ${sinkShare} times as many), ${streams} stream(s), ${rounds} rounds, medians, Node ${process.version}\n`,
)
console.log('| server | CPU µs/entry | user | entries/s | peak RSS MB |')
console.log('|---|---|---|---|---|')
for (const { name } of contestants) {
  const cells = [
    of(name, (sample) => sample.cpuMicros).toFixed(2),
    of(name, (sample) => sample.userMicros).toFixed(2),
    Math.round(of(name, (sample) => sample.entriesPerSecond)),
    of(name, (sample) => sample.rssMegabytes).toFixed(0),
  ]
  console.log(`| ${name} | ${cells.join(' | ')} |`)
}
for (const kind of ['text', 'JSON']) {
  const ratios = samples
    .get(`plain ${kind}`)!
    .map((plain, i) => plain.cpuMicros / samples.get(`als-sink ${kind}`)![i]!.cpuMicros)
  console.log(
    `\n${kind}: ${median(ratios).toFixed(1)} times less CPU than the plain way (rounds: ${ratios.map((ratio) => ratio.toFixed(1)).join(', ')})`,
  )
}
