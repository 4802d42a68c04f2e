/**
 * Sends the items of one case through Envoy, waits until Envoy has written a line for each entry, and tells which item each line
 * is about. A line more or less than the corpus says is an error, never a tolerance.
 */
import { readFileSync } from 'node:fs'
import { type ClientHttp2Session, connect } from 'node:http2'
import { type CaseName, envoyLogPath } from './config.ts'
import { corpusOf } from './corpus.ts'
import { whoFormat } from './formats.ts'
import type { Item } from './item.ts'
import type { RunningEnvoy } from './run.ts'
import { sendHttp1, sendHttp2, sendTcp } from './send.ts'
import { until } from './until.ts'
import type { Upstreams } from './upstream.ts'

export interface DriveOptions {
  readonly envoy: RunningEnvoy
  readonly upstreams: Upstreams
  readonly logDir: string
  /** Exchanges at the same time. Default 4. */
  readonly concurrency?: number
}

/** Answers the item of each line, in the order of Envoy's files. */
export async function drive(caseName: CaseName, options: DriveOptions): Promise<Item[]> {
  const { envoy, upstreams, logDir, concurrency = 4 } = options
  const items = corpusOf(caseName)
  const byOrigin = new Map<string, Item>()
  const session = caseName === 'http2' ? await openSession(port(envoy, caseName)) : undefined

  const over = new Map<string, Promise<void>>()
  const send = async (item: Item) => {
    // Items stand in the corpus behind the one they wait for, so that one is under way.
    if (item.after !== undefined) await over.get(item.after)
    const listener = item.send.kind === 'tcp' ? `${caseName}/${item.send.to}` : caseName
    const listenerPort = port(envoy, listener)
    const localPort = await sendItem(item, listenerPort, session, () => upstreams.arrived(item.name))
    byOrigin.set(`${listenerPort} ${localPort} ${item.name}`, item)
    // A head that Envoy could not read names no item; its connection does, when it was its own.
    if (item.send.kind !== 'http2') byOrigin.set(`${listenerPort} ${localPort} -`, item)
  }
  const waiting = items.values()
  const worker = async () => {
    for (const item of waiting) {
      const sending = send(item).catch((cause: unknown) => {
        throw new Error(`${item.name} did not come to its end.`, { cause })
      })
      over.set(item.name, sending)
      await sending
    }
  }
  try {
    await Promise.all(Array.from({ length: concurrency }, worker))
  } finally {
    session?.destroy()
  }

  const path = envoyLogPath(logDir, caseName, whoFormat)
  const expected = items.reduce((sum, item) => sum + (item.entries ?? 1), 0)
  const seen = () =>
    missing(
      items,
      linesOf(path).map((line) => byOrigin.get(line.toString('latin1'))),
    )
  const lines = await until(
    `Envoy logs ${expected} entries of ${caseName}`,
    5_000,
    () => {
      const now = linesOf(path)
      return now.length >= expected && now
    },
    seen,
  )
  return lines.map((line) => {
    const item = byOrigin.get(line.toString('latin1'))
    if (!item) throw new Error(`${caseName}: nobody sent what Envoy logged as "${line.toString('latin1')}".`)
    return item
  })
}

/** The lines of a file without their newlines; none when there is no file. What follows the last newline is not a line yet. */
export function linesOf(path: string): Buffer[] {
  const lines: Buffer[] = []
  const bytes = readIfThere(path)
  for (let at = 0, end = 0; (end = bytes.indexOf(10, at)) !== -1; at = end + 1) lines.push(bytes.subarray(at, end))
  return lines
}

function readIfThere(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0)
    throw error
  }
}

async function sendItem(
  item: Item,
  listenerPort: number,
  session: ClientHttp2Session | undefined,
  arrived: () => Promise<void>,
): Promise<number> {
  switch (item.send.kind) {
    case 'http1':
      return sendHttp1(listenerPort, item.send, arrived)
    case 'http2':
      return sendHttp2(session!, item.send, arrived)
    case 'tcp':
      return sendTcp(listenerPort, item.send)
  }
}

export async function openSession(listenerPort: number): Promise<ClientHttp2Session> {
  const session = connect(`http://127.0.0.1:${listenerPort}`, { maxSendHeaderBlockLength: 1 << 20 })
  await new Promise<void>((resolve, reject) => session.once('error', reject).once('connect', () => resolve()))
  return session
}

function port(envoy: RunningEnvoy, listener: string): number {
  const found = envoy.ports.get(listener)
  if (found === undefined) throw new Error(`Envoy has no listener ${listener}.`)
  return found
}

/** For the error message: the items whose lines are too few or too many. */
function missing(items: readonly Item[], logged: readonly (Item | undefined)[]): string {
  const wrong = items.flatMap((item) => {
    const count = logged.filter((each) => each === item).length
    return count === (item.entries ?? 1) ? [] : [`${item.name}: ${count} of ${item.entries ?? 1}`]
  })
  const unknown = logged.filter((item) => item === undefined).length
  return [...wrong, ...(unknown ? [`${unknown} lines of unknown origin`] : [])].join('; ')
}
