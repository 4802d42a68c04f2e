/**
 * The load of the audit benches, in a process of its own: several API servers, each with connections that it keeps, which send batches at a
 * given rate whatever becomes of the ones before (open loop), as kube-apiserver's webhook does. Started with a plan as its one argument; says
 * `ready`, begins when it is told `begin`, ends when it is told `finish`, and answers with a report; may be told again.
 *
 * The time of an answer counts from when its request was due, not from when it was sent: who is late because an answer before was slow
 * would else hide just that.
 */
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { createEventLists, stamp } from './audit-events.ts'
import { createRandom } from './corpus.ts'
import { HttpPosts } from './http-posts.ts'

export interface AuditPlan {
  readonly port: number
  readonly path: string
  /** API servers: each with its own rhythm and connections. */
  readonly senders: number
  /** Of bodies, of all senders together. */
  readonly bytesPerSecond: number
  readonly eventsPerList: number
}

export interface AuditReport {
  /** From when a request was due to the end of its answer. */
  readonly answerMs: readonly number[]
  /** From when it was due until it was sent: this process, or the machine, had no time. */
  readonly lateMs: readonly number[]
  readonly bytes: number
  /** Those that were accepted. */
  readonly events: number
  readonly seconds: number
  /** Of this process. */
  readonly cpuSeconds: number
  /** What was answered otherwise than with 200 and all events accepted. A real API server would come again. */
  readonly refusals: readonly string[]
}

/** Time between two batches of a sender is even, but for up to this share of it in either direction. */
const jitter = 0.5
/** More requests than this without an answer are no load but a queue: the sink does not keep up. */
const inFlightMax = 200

const plan = JSON.parse(process.argv[2]!) as AuditPlan
const { eventsPerList } = plan
const { bodies, idsAt } = createEventLists(16, eventsPerList)
const bodyBytes = bodies.reduce((sum, { length }) => sum + length, 0) / bodies.length
const periodMs = (1000 * plan.senders * bodyBytes) / plan.bytesPerSecond
/** So that no two events of all runs against one sink are the same. */
let eventsSent = 0
let running = false

async function run(): Promise<AuditReport> {
  const report = { answerMs: [], lateMs: [], refusals: [], bytes: 0, events: 0, seconds: 0, cpuSeconds: 0 } as Growing
  running = true
  const startedMs = performance.now()
  const cpuBefore = process.cpuUsage()
  const finished = once(process, 'message').then(() => {
    running = false
  })
  await Promise.all(Array.from({ length: plan.senders }, (_, i) => send(i, startedMs, report)))
  report.seconds = (performance.now() - startedMs) / 1000
  const { user, system } = process.cpuUsage(cpuBefore)
  report.cpuSeconds = (user + system) / 1e6
  await finished
  return report
}

type Growing = {
  -readonly [K in keyof AuditReport]: AuditReport[K] extends readonly (infer T)[] ? T[] : AuditReport[K]
}

/** One API server, until the end of the run and the last answer. */
async function send(sender: number, startedMs: number, report: Growing): Promise<void> {
  const posts = new HttpPosts(plan)
  const random = createRandom(sender + 1)
  const answers = new Set<Promise<void>>()
  let dueMs = startedMs + (periodMs * (sender + random(1000) / 1000)) / plan.senders
  for (; ; dueMs += periodMs * (1 - jitter + (2 * jitter * random(1000)) / 1000)) {
    // Made while there is time: an API server has its events before they are due.
    const list = nextList()
    const waitMs = dueMs - performance.now()
    if (waitMs > 0) await setTimeout(waitMs)
    if (!running) {
      free.push(list.room)
      break
    }
    if (answers.size === inFlightMax) throw new Error(`${inFlightMax} batches have no answer`)
    const answer = post(posts, list, dueMs, report).finally(() => answers.delete(answer))
    answers.add(answer)
  }
  await Promise.all(answers)
  posts.close()
}

async function post(posts: HttpPosts, { room, body }: List, dueMs: number, report: Growing): Promise<void> {
  const sentMs = performance.now()
  // A timer may be a fraction of a millisecond early.
  const countsFromMs = Math.min(dueMs, sentMs)
  report.lateMs.push(sentMs - countsFromMs)
  const answer = await exchange(posts, body).catch((error: Error) => error.message)
  report.answerMs.push(performance.now() - countsFromMs)
  free.push(room)
  report.bytes += body.length
  if (answer === 'good') report.events += eventsPerList
  else report.refusals.push(answer)
}

interface List {
  readonly body: Buffer
  /** What the body lies in. */
  readonly room: Buffer
}

/** Memory for bodies that are under way: made anew each time it would cost this process more than sending does. */
const free: Buffer[] = []
const roomBytes = Math.max(...bodies.map(({ length }) => length))

/** Of events that no list before had. */
function nextList(): List {
  const which = Math.floor(eventsSent / eventsPerList) % bodies.length
  const room = free.pop() ?? Buffer.allocUnsafeSlow(roomBytes)
  bodies[which]!.copy(room)
  const body = room.subarray(0, bodies[which]!.length)
  stamp(body, idsAt[which]!, eventsSent)
  eventsSent += eventsPerList
  return { room, body }
}

/** `good`, or what was answered. */
async function exchange(posts: HttpPosts, body: Buffer): Promise<string> {
  const { status, text } = await posts.post(body)
  const isGood = status === 200 && JSON.parse(text).accepted === eventsPerList
  return isGood ? 'good' : `${status} ${text}`
}

process.on('disconnect', () => process.exit())
process.send!('ready')
for (;;) {
  await once(process, 'message')
  process.send!(await run())
}
