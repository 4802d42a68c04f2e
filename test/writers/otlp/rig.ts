/** OpenTelemetry writers as these tests want them: to a receiver on this machine, in both protocols. */
import { onTestFinished } from 'vitest'
import { parseOtlpEndpoint } from '../../../src/config/otlp-endpoint.ts'
import { WriteError } from '../../../src/errors.ts'
import { otlpTags } from '../../../src/schema/otlp-tags.ts'
import { createOtlpWriter, type OtlpWriterOptions } from '../../../src/writers/otlp/writer.ts'
import type { Writer } from '../../../src/writers/writer.ts'

export type Protocol = 'grpc' | 'http'

export const protocols: readonly Protocol[] = ['grpc', 'http']

interface Ports {
  readonly grpcPort: number
  readonly httpPort: number
}

export function endpointOf(protocol: Protocol, ports: Ports): string {
  return `${protocol}://127.0.0.1:${protocol === 'grpc' ? ports.grpcPort : ports.httpPort}`
}

/** Nobody closes it but the caller. */
export function createWriter(endpoint: string, options: Partial<OtlpWriterOptions> = {}): Writer {
  const parsed = parseOtlpEndpoint(endpoint)
  if (!('value' in parsed)) throw new Error(`${endpoint} ${parsed.fault}`)
  return createOtlpWriter({ endpoint: parsed.value, tags: otlpTags(), now: () => Date.now(), ...options })
}

/** Closed when the test ends. */
export function writerTo(endpoint: string, options: Partial<OtlpWriterOptions> = {}): Writer {
  const writer = createWriter(endpoint, options)
  onTestFinished(() => writer.close())
  return writer
}

export function patience(): AbortSignal {
  return new AbortController().signal
}

export async function errorOf(work: Promise<unknown>): Promise<WriteError> {
  const reason = await work.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!(reason instanceof WriteError)) throw new Error(`A WriteError was expected, not ${reason}`)
  return reason
}
