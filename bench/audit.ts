/**
 * How soon is a batch of audit events answered for? `npm run bench:audit`. Batches of a few API servers come at 10 MB/s to a sealed file on a
 * disk; each is answered when it and its seal are synced there. Beside it stands what the bare disk needs for the same two appends,
 * measured before and after: a slow disk is not the sink's.
 *
 * The rounds are one sink's, warm: what the just-in-time compilers need at the start is seen in `--warm 0`. In the end the file is verified to
 * hold what was acknowledged. Ends with exit code 1 when p99 is above the goal.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { eventsPerListDefault } from './audit-events.ts'
import { AuditLoad, machineCpuSeconds, mustBeOnDisk, startAuditSink, syncTimes, verifyTrail } from './audit-sink.ts'
import { median } from './median.ts'
import { percentile, tail } from './percentiles.ts'

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '10' },
    warm: { type: 'string', default: '5' },
    /** Megabytes (10^6) of bodies a second, of all senders together: what one sends at most by its own defaults, ten batches of 400 events. */
    rate: { type: 'string', default: '10' },
    /** API servers; batches of several meet now and then, and share one core. */
    senders: { type: 'string', default: '4' },
    /** In a batch. */
    events: { type: 'string', default: `${eventsPerListDefault}` },
    folder: { type: 'string', default: tmpdir() },
    /** Another checkout of ours with a built `dist/`. */
    checkout: { type: 'string', default: '.' },
    /** Writes a CPU profile of the sink there. */
    profile: { type: 'string' },
  },
})
const goalMs = 20
/** A batch, and its lines in the seal. */
const recordBytes = 2_200 * Number(flags.events)
const sealBytes = 330 * Number(flags.events)
const appends = 150

interface Round {
  readonly answerMs: readonly number[]
  readonly lateMs: readonly number[]
  readonly megabytesPerSecond: number
  /** Milliseconds of CPU for each megabyte. */
  readonly userMs: number
  readonly systemMs: number
  /** Cores that others used meanwhile: noise. */
  readonly othersCores: number
}

const folder = mkdtempSync(join(flags.folder, 'als-audit-'))
const rounds: Round[] = []
let events = 0
try {
  mustBeOnDisk(folder)
  const disk = await probeDisk()
  const flagsOfNode = flags.profile ? ['--cpu-prof', `--cpu-prof-dir=${flags.profile}`] : []
  const sink = await startAuditSink({ checkout: flags.checkout, folder, flags: flagsOfNode })
  const load = await AuditLoad.start(sink, {
    senders: Number(flags.senders),
    bytesPerSecond: Number(flags.rate) * 1e6,
    eventsPerList: Number(flags.events),
  })
  if (Number(flags.warm) > 0) await measure(Number(flags.warm))
  for (let i = 0; i < Number(flags.rounds); i++) rounds.push(await measure(Number(flags.seconds)))
  const rssMebibytes = sink.server.rssPeakMebibytes
  load.stop()
  await sink.server.stop()
  verifyTrail(sink, events)
  disk.push(...(await probeDisk()))
  print(disk, rssMebibytes)

  async function measure(seconds: number): Promise<Round> {
    const before = sink.server.cpu
    const machineBefore = machineCpuSeconds()
    load.begin()
    await setTimeout(seconds * 1000)
    const { answerMs, lateMs, bytes, events: accepted, seconds: took, refusals, cpuSeconds } = await load.finish()
    const after = sink.server.cpu
    const machine = machineCpuSeconds() - machineBefore
    events += accepted
    if (refusals.length > 0) throw new Error(`${refusals.length} batches were refused: ${refusals[0]}`)
    const megabytes = bytes / 1e6
    const own = (after.user - before.user + after.system - before.system) / 1e6 + cpuSeconds
    return {
      answerMs,
      lateMs,
      megabytesPerSecond: megabytes / took,
      userMs: (after.user - before.user) / 1000 / megabytes,
      systemMs: (after.system - before.system) / 1000 / megabytes,
      othersCores: (machine - own) / took,
    }
  }
} finally {
  rmSync(folder, { recursive: true })
}

/** Both appends and their syncs, one behind the other, as a batch needs them. */
async function probeDisk(): Promise<number[]> {
  const records = await syncTimes(folder, recordBytes, appends)
  const seals = await syncTimes(folder, sealBytes, appends)
  return records.map((ms, i) => ms + seals[i]!)
}

function print(disk: readonly number[], rssMebibytes: number): void {
  const middle = (pick: (round: Round) => number) => median(rounds.map(pick))
  const all = (pick: (round: Round) => readonly number[]) => rounds.flatMap(pick)
  const perRound = rounds.map(({ answerMs }) => percentile(answerMs, 99).toFixed(1)).join(', ')
  const p99 = middle(({ answerMs }) => percentile(answerMs, 99))
  const cpu = middle(({ userMs, systemMs }) => userMs + systemMs)
  const rate = middle(({ megabytesPerSecond }) => megabytesPerSecond).toFixed(1)
  console.log(
    `${rounds.length} rounds of ${flags.seconds} s, ${rate} MB/s of ${flags.senders} senders in batches of ${flags.events} events, Node ${process.version}\n`,
  )
  console.log('| ms | p50 | p99 | p99.9 | max |\n|---|---|---|---|---|')
  console.log(`| answer | ${tail(all(({ answerMs }) => answerMs))} |`)
  console.log(`| of that, sent late | ${tail(all(({ lateMs }) => lateMs))} |`)
  console.log(`| bare disk, two appends synced | ${tail(disk)} |\n`)
  console.log(
    `CPU ${cpu.toFixed(2)} ms a MB (user ${middle(({ userMs }) => userMs).toFixed(2)}), RSS at most ${rssMebibytes.toFixed(0)} MiB`,
  )
  console.log(
    `p99 of the rounds: ${perRound}; median ${p99.toFixed(1)} ms, goal ${goalMs}; ${events} events verified on the disk`,
  )
  const others = rounds.map(({ othersCores }) => othersCores.toFixed(2)).join(', ')
  console.log(`other processes used ${others} cores of ${availableParallelism()} meanwhile`)
  if (p99 >= goalMs) process.exitCode = 1
}
