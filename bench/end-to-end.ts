/**
 * End to end over loopback into a file: this sink, the plain way (`peers/plain.js`) and Go (`peers/go`), taking turns in one run.
 * `npm run bench`. CPU is user + system of the server process from the first byte sent to the last line in the file; ratios are what
 * counts, for machines differ and are noisy. Where it is unfair stands in README.md.
 *
 * In each round every server is started anew, writes the corpus once (the bytes must be everybody's), warms up, and is then measured
 * for `--seconds` with each number of streams, at its own speed: a fast one gets more entries, or it would show nothing but noise.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildGoPeer, type Contestant, type Kind, kinds, plain, sinkOf } from './contestants.ts'
import { corpusFile } from './corpus.ts'
import { printPairs, printTable, type Sample } from './end-to-end-table.ts'
import { createLoad, type Load, sendLoad } from './load.ts'
import { ServerProcess } from './server-process.ts'
import { openTcpDestination } from './tcp-destination.ts'
import { warmUp } from './warm-up.ts'

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    /** Each measurement, at the speed that the server showed while it warmed up. */
    seconds: { type: 'string', default: '2.5' },
    streams: { type: 'string', default: '1,16' },
    kinds: { type: 'string', default: 'text,json' },
    /** `plain`, `go`, `go-simple`; and the sink itself: `policies`, `spooled`, `reading` and `hanging` (with such a TCP destination beside the file). */
    peers: { type: 'string', default: 'plain,go,go-simple' },
    /** Another checkout of ours with a built `dist/`, raced under the name of its folder; may be given again. */
    against: { type: 'string', multiple: true, default: [] },
    folder: { type: 'string', default: tmpdir() },
  },
})
const rounds = Number(flags.rounds)
const seconds = Number(flags.seconds)
const corpus = corpusFile()
const capture = readFileSync(corpus.path)
const oneStream = createLoad(capture, 1)
const loads = new Map(
  flags.streams.split(',').map((streams) => [Number(streams), createLoad(capture, Number(streams))]),
)
const racedKinds = kinds.filter((kind) => flags.kinds.split(',').includes(kind))

async function chooseContestants(): Promise<readonly Contestant[]> {
  const chosen = [sinkOf('.', 'als-sink')]
  for (const checkout of flags.against) chosen.push(sinkOf(checkout, basename(checkout)))
  const peers = flags.peers.split(',')
  if (peers.includes('spooled')) chosen.push(sinkOf('.', 'spooled', { spooled: true }))
  if (peers.includes('policies')) chosen.push(sinkOf('.', 'policies', { mesh: true }))
  for (const manner of ['reading', 'hanging'] as const) {
    if (peers.includes(manner)) chosen.push(sinkOf('.', manner, { tcpPort: await openTcpDestination(manner) }))
  }
  if (peers.includes('plain')) chosen.push(plain)
  if (peers.includes('go') || peers.includes('go-simple')) {
    const go = buildGoPeer()
    if ('missing' in go) console.error(`without the Go peer: ${go.missing}`)
    else chosen.push(...[go.tuned, go.simple].filter(({ name }) => peers.includes(name)))
  }
  return chosen
}

/** One server's turn: a sample for each number of streams, and the digest of what it wrote for the corpus. */
async function measure(contestant: Contestant, kind: Kind): Promise<{ samples: Sample[]; digest: string }> {
  const folder = mkdtempSync(join(flags.folder, 'als-bench-'))
  const file = join(folder, 'out.log')
  const server = await ServerProcess.start(contestant.command(kind, file), file)
  try {
    await sendLoad({ port: server.port, load: oneStream, repeat: 1 })
    const { bytes, digest } = await server.everything()
    let passesPerSecond = await warmUp(server, oneStream, bytes, seconds)
    const samples: Sample[] = []
    for (const [streams, load] of loads) {
      const passes = Math.max(1, Math.round(passesPerSecond * seconds))
      const cost = await run(server, load, passes, bytes)
      samples.push({ server: contestant.name, kind, streams, ...cost })
      passesPerSecond = cost.entriesPerSecond / corpus.entries
    }
    return { samples, digest }
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true })
  }
}

/**
 * Of the file, before it is emptied. Pages that it has given back are used again; those of a file that only grows a virtual machine may have to ask its
 * own host for, at many times their price, and who writes most in the time would pay most (README.md).
 */
const fileBytesMax = 128 * 1024 * 1024

async function run(server: ServerProcess, load: Load, repeat: number, bytesPerPass: number) {
  server.emptyFile()
  // On one stream the peak counts from the start of the process.
  if (load.length > 1) server.forgetPeak()
  const before = server.cpu
  const ownBefore = process.cpuUsage()
  const repeatsMax = Math.max(1, Math.floor(fileBytesMax / bytesPerPass))
  let tookSeconds = 0
  for (let left = repeat; left > 0; left -= repeatsMax) {
    const passes = Math.min(left, repeatsMax)
    const startedMs = performance.now()
    await sendLoad({ port: server.port, load, repeat: passes })
    tookSeconds += (performance.now() - startedMs) / 1000
    await server.wrote(bytesPerPass * passes)
    server.emptyFile()
  }
  const own = process.cpuUsage(ownBefore)
  const after = server.cpu
  const entries = corpus.entries * repeat
  const userMicros = (after.user - before.user) / entries
  return {
    userMicros,
    cpuMicros: userMicros + (after.system - before.system) / entries,
    clientMicros: (own.user + own.system) / entries,
    entriesPerSecond: entries / tookSeconds,
    rssMebibytes: server.rssPeakMebibytes,
  }
}

const contestants = await chooseContestants()
const all: Sample[] = []
for (let round = 1; round <= rounds; round++) {
  for (const kind of racedKinds) {
    const digests = new Map<string, string>()
    for (const contestant of contestants) {
      const { samples, digest } = await measure(contestant, kind)
      all.push(...samples)
      digests.set(contestant.name, digest)
    }
    if (new Set(digests.values()).size > 1) {
      throw new Error(`not everybody wrote the same ${kind}: ${JSON.stringify(Object.fromEntries(digests))}`)
    }
  }
  console.error(`round ${round} of ${rounds} done`)
}
printTable(all, { rounds, seconds })
printPairs(all)
process.exit()
