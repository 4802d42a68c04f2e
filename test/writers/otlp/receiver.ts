/** Starts `receiver.py`, tells it how to answer, and hands out what it says of the requests that it got. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { OtlpPython } from '../../support/install-otlp-python.ts'
import { until } from '../../support/until.ts'

const script = fileURLToPath(new URL('receiver.py', import.meta.url))

/** See the head of `receiver.py`. */
export type ReceiverAnswer = Readonly<Record<string, unknown>>

/** In OTLP's JSON: bytes are base64, 64-bit integers are strings. */
export interface AnyValueJson {
  readonly stringValue?: string
  readonly boolValue?: boolean
  readonly intValue?: string
  readonly doubleValue?: number
  readonly bytesValue?: string
  readonly arrayValue?: { readonly values: readonly AnyValueJson[] }
  readonly kvlistValue?: { readonly values: readonly KeyValueJson[] }
}

export interface KeyValueJson {
  readonly key: string
  readonly value: AnyValueJson
}

export interface ResourceLogsJson {
  readonly resource: { readonly attributes: readonly KeyValueJson[] }
  readonly scopeLogs: readonly {
    readonly scope?: { readonly name?: string; readonly version?: string }
    readonly logRecords: readonly LogRecordJson[]
  }[]
}

export interface LogRecordJson {
  readonly body?: AnyValueJson
  readonly [field: string]: unknown
}

export interface ReceivedRequest {
  readonly protocol: 'grpc' | 'http'
  /** Uncompressed. */
  readonly bytes: number
  /** Names in lower case; of HTTP also `:path`. */
  readonly headers: Readonly<Record<string, string>>
  readonly taken: boolean
  readonly resourceLogs: readonly ResourceLogsJson[]
}

export interface Receiver {
  readonly grpcPort: number
  readonly httpPort: number
  /** All of them so far, refused ones too. */
  readonly requests: readonly ReceivedRequest[]
  /** Resolves when it will answer so. */
  tell(command: { next?: readonly ReceiverAnswer[]; always?: ReceiverAnswer }): Promise<void>
  /** Resolves when the process is gone, also when it ends by itself. */
  readonly ended: Promise<void>
  stop(): Promise<void>
}

export interface ReceiverOptions {
  readonly grpcPort?: number
  readonly httpPort?: number
  /** Paths of PEM files; `clientCa`: clients must show a certificate that it signed. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly clientCa?: string }
}

export async function startReceiver(python: OtlpPython, options: ReceiverOptions = {}): Promise<Receiver> {
  const { grpcPort = 0, httpPort = 0, tls } = options
  const tlsFlags = tls ? ['--cert', tls.cert, '--key', tls.key] : []
  const clientFlags = tls?.clientCa ? ['--client-ca', tls.clientCa] : []
  const ports = ['--grpc-port', String(grpcPort), '--http-port', String(httpPort)]
  const child = spawn(python.command, [script, ...ports, ...tlsFlags, ...clientFlags], { env: python.env })
  const killWithUs = () => child.kill('SIGKILL')
  process.once('exit', killWithUs)
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      process.off('exit', killWithUs)
      resolve()
    })
  })
  // It may end while it is being told something.
  child.stdin.on('error', () => {})

  let said = ''
  let complained = ''
  let started: { grpcPort: number; httpPort: number } | undefined
  let done = 0
  const requests: ReceivedRequest[] = []
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complained += text))
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = `${said}${text}`.split('\n')
    said = lines.pop()!
    for (const line of lines) {
      const message = JSON.parse(line)
      if ('grpcPort' in message) started = message
      else if ('done' in message) done++
      else requests.push(message)
    }
  })
  const has = await until('the receiver listens', () => {
    if (child.exitCode !== null) throw new Error(`The receiver ended: ${complained}`)
    return started
  })

  let told = 0
  return {
    ...has,
    requests,
    ended,
    async tell(command) {
      const mine = ++told
      child.stdin.write(`${JSON.stringify(command)}\n`)
      await until('the receiver has understood', () => done >= mine)
    },
    stop() {
      child.kill('SIGKILL')
      return ended
    },
  }
}

/** Of the requests that were taken, all log records in their order. */
export function recordsOf(requests: readonly ReceivedRequest[]): LogRecordJson[] {
  return requests
    .filter(({ taken }) => taken)
    .flatMap(({ resourceLogs }) => resourceLogs)
    .flatMap(({ scopeLogs }) => scopeLogs)
    .flatMap(({ logRecords }) => logRecords)
}

/** The string bodies of all log records taken, side by side. */
export function bodiesOf(requests: readonly ReceivedRequest[]): string {
  return recordsOf(requests)
    .map(({ body }) => body?.stringValue ?? '')
    .join('')
}
