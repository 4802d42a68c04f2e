/**
 * The client of `soak.ts`, in a process of its own. Started with a plan as its one argument; says `open` when all its streams are
 * open, ends them when it is told `finish`, and answers with a report.
 */
import { once } from 'node:events'
import { frame } from '../src/captures/frame.ts'
import { type PlannedMessage, planCapture } from '../src/cli/replay-plan.ts'
import { createKernel } from '../src/kernel.ts'
import { RawStream } from '../test/support/raw-stream.ts'

export interface ClientPlan {
  /** Quiet: the first message of the capture, then its second once a second. Busy: the capture, again and again. */
  readonly kind: 'quiet' | 'busy'
  /** host:port. */
  readonly address: string
  /** Each on a connection of its own. */
  readonly streams: number
  readonly capture: string
}

export interface ClientReport {
  readonly entries: number
  /** Streams that did not end with OK. */
  readonly failed: number
}

/** Streams at work. */
interface Traffic {
  readonly streams: readonly RawStream[]
  entries: number
  /** Nothing is sent after this. */
  rest(): Promise<unknown>
}

const chunkBytes = 256 * 1024
const secondMs = 1000

const plan = JSON.parse(process.argv[2]!) as ClientPlan
const messages = await planCapture(plan.capture, createKernel())

async function beQuiet(first: PlannedMessage, second: PlannedMessage): Promise<Traffic> {
  const streams: RawStream[] = []
  const timers: NodeJS.Timeout[] = []
  const [hello, more] = [frame(first.bytes), frame(second.again)]
  const rest = async () => timers.forEach(clearInterval)
  const traffic: Traffic = { streams, entries: 0, rest }
  const say = async (stream: RawStream, bytes: Uint8Array, entries: number) => {
    traffic.entries += entries
    await stream.send(bytes)
  }
  const open = async () => {
    const stream = new RawStream(plan.address)
    streams.push(stream)
    await say(stream, hello, first.entries)
    timers.push(setInterval(() => void say(stream, more, second.entries), secondMs))
  }
  // All at once, as after a restart of the sink.
  await Promise.all(Array.from({ length: plan.streams }, open))
  return traffic
}

function beBusy(): Traffic {
  const capture = Buffer.concat(messages.map(({ bytes }) => frame(bytes)))
  const entries = messages.reduce((sum, message) => sum + message.entries, 0)
  let resting = false
  const flood = async (stream: RawStream) => {
    // Whole rounds only, so that what was sent is known.
    while (!resting && !stream.over) {
      traffic.entries += entries
      for (let at = 0; at < capture.length; at += chunkBytes) await stream.send(capture.subarray(at, at + chunkBytes))
    }
  }
  const streams = Array.from({ length: plan.streams }, () => new RawStream(plan.address))
  const rest = () => {
    resting = true
    return Promise.all(floods)
  }
  const traffic: Traffic = { streams, entries: 0, rest }
  const floods = streams.map(flood)
  return traffic
}

const traffic = plan.kind === 'quiet' ? await beQuiet(messages[0]!, messages[1]!) : beBusy()
process.send!('open')
await once(process, 'message')
await traffic.rest()
const statuses = await Promise.all(traffic.streams.map((stream) => stream.end()))
const report: ClientReport = { entries: traffic.entries, failed: statuses.filter((status) => status !== '0').length }
process.send!(report)
