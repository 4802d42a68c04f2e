/**
 * `als-sink replay`: sends captures to a sink over gRPC, as many streams, as often and as fast as asked: the load generator of the
 * benchmarks. Prints what was measured.
 */
import { Command, InvalidArgumentError, Option } from 'commander'
import { parseAddress, parseDuration } from '../config/scalars.ts'
import { createKernel } from '../kernel.ts'
import type { Action } from './action.ts'
import type { Summary } from './percentiles.ts'
import { showProgress } from './progress.ts'
import { unreadable } from './read-file.ts'
import type { Replay } from './replay-client.ts'
import { type PlannedMessage, planCapture } from './replay-plan.ts'
import { exit, type Terminal, UsageError } from './terminal.ts'

interface ReplayFlags {
  readonly to: string
  readonly streams?: number
  readonly repeat?: number
  readonly rate?: number
  readonly duration?: number
  readonly output: 'text' | 'json'
}

export function replayCommand(action: Action): Command {
  return new Command('replay')
    .description('Sends captures to a sink, and measures.')
    .argument('<files...>', 'captures, .als or .jsonl; the streams take turns at them')
    .requiredOption('--to <address>', 'host:port, [::1]:port or unix:/path')
    .option('--streams <count>', 'streams at a time, each on its own connection (default: one per file)', positive)
    .option(
      '--repeat <count>',
      'how often each stream sends its capture (default: once, or until the duration is over)',
      positive,
    )
    .option('--rate <entries/s>', 'entries per second of all streams together (default: as fast as it goes)', positive)
    .option('--duration <time>', 'stop after this time, such as 30s', duration)
    .addOption(new Option('--output <kind>', 'how to answer').choices(['text', 'json']).default('text'))
    .action(action(replay))
}

function positive(text: string): number {
  const n = Number(text.replace('/s', ''))
  if (!Number.isSafeInteger(n) || n < 1) throw new InvalidArgumentError('It must be a whole number from 1.')
  return n
}

function duration(text: string): number {
  const parsed = parseDuration(text, { maxMs: 7 * 86_400_000 })
  if ('fault' in parsed) throw new InvalidArgumentError(`It ${parsed.fault}`)
  return parsed.value
}

async function replay(terminal: Terminal, files: readonly string[], flags: ReplayFlags): Promise<number> {
  const address = parseAddress(flags.to)
  if ('fault' in address) throw new UsageError(`--to ${address.fault}`)
  const kernel = createKernel()
  const captures: PlannedMessage[][] = []
  for (const file of files) captures.push(await planCapture(file, kernel).catch((error) => refuse(file, error)))
  const streams = flags.streams ?? files.length
  const repeat = flags.repeat ?? (flags.duration === undefined ? 1 : Number.POSITIVE_INFINITY)
  // The client takes a fifth of a second to load; the other commands need not wait for it.
  const { Replay } = await import('./replay-client.ts')
  const run = new Replay({
    address: address.value.text,
    captures,
    streams,
    repeat,
    rate: flags.rate ?? null,
    durationMs: flags.duration ?? null,
  })
  const total = plannedEntries(captures, streams) * repeat
  const done = showProgress(terminal, () => ({ part: progress(run, total, flags.duration), text: headline(run) }))
  await run.run()
  done()
  const report = reportOf(run, streams)
  await terminal.out(flags.output === 'json' ? `${JSON.stringify(report)}\n` : describe(report))
  return run.errors.size === 0 ? exit.done : exit.faults
}

function refuse(file: string, error: unknown): never {
  throw error instanceof Error && 'syscall' in error ? unreadable(file, error) : error
}

function plannedEntries(captures: readonly (readonly PlannedMessage[])[], streams: number): number {
  const entries = captures.map((messages) => messages.reduce((sum, message) => sum + message.entries, 0))
  return Array.from({ length: streams }, (_, i) => entries[i % entries.length]!).reduce((sum, n) => sum + n, 0)
}

function progress(run: Replay, totalEntries: number, durationMs: number | undefined): number | null {
  const byTime = durationMs === undefined ? 0 : (run.seconds * 1000) / durationMs
  const byEntries = Number.isFinite(totalEntries) && totalEntries > 0 ? run.entries / totalEntries : 0
  return Math.min(1, Math.max(byTime, byEntries))
}

function headline(run: Replay): string {
  return `${run.entries} entries, ${Math.round(run.entries / Math.max(run.seconds, 0.001))} entries/s`
}

/** The JSON answer; times in milliseconds, but for `seconds`. */
interface Report {
  readonly streams: number
  readonly entries: number
  readonly messages: number
  readonly bytes: number
  readonly seconds: number
  readonly entriesPerSecond: number
  readonly messagesPerSecond: number
  readonly bytesPerSecond: number
  readonly writeMs: Summary
  readonly closeMs: Summary
  /** Streams that failed, by gRPC status; what they sent is not in the numbers above. */
  readonly errors: Readonly<Record<string, number>>
  readonly unconfirmedEntries: number
}

function reportOf(run: Replay, streams: number): Report {
  const { entries, messages, bytes } = run
  const seconds = Math.max(run.seconds, 1e-6)
  const rate = (n: number) => Math.round(n / seconds)
  return {
    streams,
    entries,
    messages,
    bytes,
    seconds: Math.round(seconds * 1000) / 1000,
    entriesPerSecond: rate(entries),
    messagesPerSecond: rate(messages),
    bytesPerSecond: rate(bytes),
    writeMs: run.writeLatency.summary(),
    closeMs: run.closeLatency.summary(),
    errors: Object.fromEntries(run.errors),
    unconfirmedEntries: run.unconfirmedEntries,
  }
}

function describe(report: Report): string {
  const spread = ({ p50, p90, p99, max }: Summary) => `p50 ${p50} ms, p90 ${p90} ms, p99 ${p99} ms, max ${max} ms`
  const errors = Object.entries(report.errors).map(([code, count]) => `${code} ${count}`)
  const unconfirmed =
    report.unconfirmedEntries === 0 ? '' : ` (${report.unconfirmedEntries} more entries may or may not have arrived)`
  return [
    `sent:    ${report.entries} entries, ${report.messages} messages, ${report.bytes} bytes in ${report.seconds} s over ${report.streams} streams`,
    `rate:    ${report.entriesPerSecond} entries/s, ${report.messagesPerSecond} messages/s, ${report.bytesPerSecond} bytes/s`,
    `write:   ${spread(report.writeMs)} (until the client passed a message on)`,
    `close:   ${spread(report.closeMs)} (from half-close to OK)`,
    `errors:  ${errors.join(', ') || 'none'}${unconfirmed}`,
    '',
  ].join('\n')
}
