/**
 * Do access logs and audit bear each other in one process? `npm run bench:audit:together`. Streams as fast as the sink takes them, and audit
 * batches at 10 MB/s: how soon are the batches answered for, and what does an entry cost beside them?
 *
 * In each round one sink, warm, is measured with audit alone, with access logs alone, and with both. CPU time cannot be asked for by who
 * caused it, so what audit costs alone, for each megabyte, is taken from what both cost; the rest is the entries'. So whatever the two do to
 * each other is charged to the entries. Ends with exit code 1 when a goal is missed.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { kumaHttpFormat } from '../src/format/default-formats.ts'
import { eventsPerListDefault } from './audit-events.ts'
import type { AuditReport } from './audit-load.ts'
import { AuditLoad, machineCpuSeconds, mustBeOnDisk, startAuditSink, verifyTrail } from './audit-sink.ts'
import { corpusFile } from './corpus.ts'
import { createLoad, sendLoad } from './load.ts'
import { median } from './median.ts'
import { percentile, tail } from './percentiles.ts'

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    /** Of each of the three measurements of a round. */
    seconds: { type: 'string', default: '4' },
    streams: { type: 'string', default: '16' },
    rate: { type: 'string', default: '10' },
    senders: { type: 'string', default: '4' },
    folder: { type: 'string', default: tmpdir() },
    checkout: { type: 'string', default: '.' },
    /** Writes a CPU profile of the sink there. */
    profile: { type: 'string' },
  },
})
const seconds = Number(flags.seconds)
/** Batches are few: the just-in-time compilers need their time. */
const warmAuditMs = 8_000
const answerGoalMs = 50
const growthGoal = 1.1

interface Round {
  readonly alone: AuditReport
  readonly together: AuditReport
  /** Microseconds of CPU for each entry, and entries in a second. */
  readonly entryMicros: number
  readonly entryMicrosTogether: number
  readonly entriesPerSecond: number
  readonly entriesPerSecondTogether: number
  /** Cores that others used meanwhile: noise. */
  readonly othersCores: number
}

const folder = mkdtempSync(join(flags.folder, 'als-audit-'))
const corpus = corpusFile()
const entries = createLoad(readFileSync(corpus.path), Number(flags.streams))
const accessFile = join(folder, 'access.log')
const backend = {
  type: 'File',
  file: { path: accessFile, logFormat: { text_format_source: { inline_string: kumaHttpFormat } } },
}
const rounds: Round[] = []
let events = 0
try {
  mustBeOnDisk(folder)
  const profile = flags.profile ? ['--cpu-prof', `--cpu-prof-dir=${flags.profile}`] : []
  const sink = await startAuditSink({ checkout: flags.checkout, folder, backend, flags: profile })
  const { server } = sink
  const load = await AuditLoad.start(sink, {
    senders: Number(flags.senders),
    bytesPerSecond: Number(flags.rate) * 1e6,
    eventsPerList: eventsPerListDefault,
  })

  await send(1)
  const { bytes: bytesPerPass } = await server.everything()
  let passes = Math.max(1, Math.round((await accessLogs(8)).passesPerSecond * seconds))
  await audit(() => setTimeout(warmAuditMs))
  passes = Math.max(1, Math.round((await accessLogs(passes)).passesPerSecond * seconds))
  for (let i = 0; i < Number(flags.rounds); i++) {
    const startedMs = performance.now()
    const [machineBefore, ownBefore, sinkBefore] = [machineCpuSeconds(), process.cpuUsage(), server.cpu]
    const alone = await measured(() => audit(() => setTimeout(seconds * 1000)))
    const access = await measured(() => accessLogs(passes))
    let passesPerSecond = 0
    const both = await measured(() =>
      audit(async () => {
        passesPerSecond = (await accessLogs(passes)).passesPerSecond
      }),
    )
    const auditMicros = (alone.micros / alone.result.bytes) * both.result.bytes
    const [own, sinkAfter] = [process.cpuUsage(ownBefore), server.cpu]
    const sinkMicros = sinkAfter.user - sinkBefore.user + sinkAfter.system - sinkBefore.system
    const known = (own.user + own.system + sinkMicros) / 1e6 + alone.result.cpuSeconds + both.result.cpuSeconds
    rounds.push({
      alone: alone.result,
      together: both.result,
      entryMicros: access.micros / (passes * corpus.entries),
      entryMicrosTogether: (both.micros - auditMicros) / (passes * corpus.entries),
      entriesPerSecond: access.result.passesPerSecond * corpus.entries,
      entriesPerSecondTogether: passesPerSecond * corpus.entries,
      othersCores: (1000 * (machineCpuSeconds() - machineBefore - known)) / (performance.now() - startedMs),
    })
    console.error(`round ${i + 1} of ${flags.rounds} done`)
  }
  const rssMebibytes = server.rssPeakMebibytes
  load.stop()
  await server.stop()
  verifyTrail(sink, events)
  print(rssMebibytes)

  async function measured<T>(work: () => Promise<T>): Promise<{ result: T; micros: number }> {
    const before = server.cpu
    const result = await work()
    const after = server.cpu
    return { result, micros: after.user - before.user + after.system - before.system }
  }

  function send(repeat: number): Promise<void> {
    return sendLoad({ port: server.port, load: entries, repeat })
  }

  /** The corpus so many times over, up to its last line in the file. */
  async function accessLogs(repeat: number): Promise<{ passesPerSecond: number }> {
    server.emptyFile()
    const startedMs = performance.now()
    await send(repeat)
    await server.wrote(bytesPerPass * repeat)
    return { passesPerSecond: (1000 * repeat) / (performance.now() - startedMs) }
  }

  /** Batches come while the work lasts. */
  async function audit(work: () => Promise<void>): Promise<AuditReport> {
    load.begin()
    await work()
    const report = await load.finish()
    events += report.events
    return report
  }
} finally {
  rmSync(folder, { recursive: true })
}

function print(rssMebibytes: number): void {
  const middle = (pick: (round: Round) => number) => median(rounds.map(pick))
  const answers = (pick: (round: Round) => AuditReport) => tail(rounds.flatMap((round) => pick(round).answerMs))
  const late = (pick: (round: Round) => AuditReport) => tail(rounds.flatMap((round) => pick(round).lateMs))
  const rate = (perSecond: number) => Math.round(perSecond).toLocaleString('en')
  console.log(`${rounds.length} rounds of ${flags.seconds} s each, ${flags.streams} streams, Node ${process.version}\n`)
  console.log('| ms | p50 | p99 | p99.9 | max |\n|---|---|---|---|---|')
  console.log(`| answer, audit alone | ${answers(({ alone }) => alone)} |`)
  console.log(`| answer, beside access logs | ${answers(({ together }) => together)} |`)
  console.log(`| of that, sent late | ${late(({ together }) => together)} |\n`)
  const ratios = rounds.map(({ entryMicros, entryMicrosTogether }) => entryMicrosTogether / entryMicros)
  const growth = median(ratios)
  console.log(
    `An entry costs ${middle(({ entryMicros }) => entryMicros).toFixed(2)} µs alone at ${rate(middle(({ entriesPerSecond }) => entriesPerSecond))} entries/s,`,
    `and ${middle(({ entryMicrosTogether }) => entryMicrosTogether).toFixed(2)} beside audit at ${rate(middle(({ entriesPerSecondTogether }) => entriesPerSecondTogether))}:`,
    `${growth.toFixed(3)} times (rounds: ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}), goal ${growthGoal}.`,
  )
  const p99 = middle(({ together }) => percentile(together.answerMs, 99))
  console.log(
    `p99 beside access logs, median of the rounds: ${p99.toFixed(1)} ms, goal ${answerGoalMs}. RSS at most ${rssMebibytes.toFixed(0)} MiB.`,
  )
  const others = rounds.map(({ othersCores }) => othersCores.toFixed(2)).join(', ')
  console.log(`Other processes used ${others} cores of ${availableParallelism()} meanwhile.`)
  const refusals = rounds.flatMap(({ together }) => together.refusals)
  if (refusals.length > 0) console.log(`${refusals.length} batches were refused, the first with ${refusals[0]}`)
  if (refusals.length > 0 || p99 >= answerGoalMs || growth >= growthGoal) process.exitCode = 1
}
