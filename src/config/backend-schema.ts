/**
 * The keys of a backend: one shape for each destination, and what all of them have. Pasted from a MeshAccessLog it is taken as it is;
 * `fsync`, `rotation`, `tls`, `queue`, `spool`, `deadLetter` and the like are ours.
 */
import * as z from 'zod'
import { flushAfterMsDefault, otlpTimeoutMsDefault, queueBytesMaxDefault, spoolBytesMaxDefault } from '../limits.ts'
import type { WhenFull } from './config.ts'
import { envoyFormat, kumaFormat } from './format-schema.ts'
import { count, duration, GiB, later, MiB, scalar, section, size, word } from './kinds.ts'
import { anyValueByOperator } from './kuma-operators.ts'
import { parseOtlpEndpoint } from './otlp-endpoint.ts'
import { formatSize, type Parsed, parseMode, parseTcpAddress } from './scalars.ts'

const flag = (description?: string) => {
  const value = z.boolean().default(false)
  return description === undefined ? value : value.meta({ description })
}

/** The format of a destination that takes lines. */
const lineFormat = { format: kumaFormat.optional(), logFormat: envoyFormat.optional() }

/** A connection that the sink makes. */
const tls = section({
  ca: word("PEM file: who may have signed the destination's certificate").optional(),
  cert: word('PEM file: our own certificate').optional(),
  key: word('PEM file: the key of our certificate').optional(),
  serverName: word("The name in the destination's certificate").optional(),
})

const file = section({
  path: word(),
  ...lineFormat,
  mode: scalar(parseMode, { type: 'string', pattern: '^0?[0-7]{3}$' }).prefault('0640'),
  makeDirectory: flag('The directories of the path are made'),
  fsync: z.enum(['never', 'interval', 'always']).default('never'),
  rotation: section({
    enabled: z.boolean().default(true),
    maxSizeMb: count(1, 1_048_576).default(100),
    maxRetainedFiles: count(0, 100_000).default(10).meta({ description: '0: no limit' }),
    maxAgeDays: count(0, 36_500).default(30).meta({ description: '0: no limit' }),
    compress: flag(),
  }).optional(),
})

const tcp = section({
  address: scalar(parseTcpAddress, {
    type: 'string',
    description: 'host:port or [::1]:port; tls:// in front asks for TLS',
  }),
  tls: tls.optional(),
  ...lineFormat,
  legacyDoubleNewline: z.boolean().optional().meta({ description: 'Default: as kuma.legacyDoubleNewline' }),
})

/** What its `KUMA_…` operators stand for is only known later; what is wrong whatever they stand for is told at once. */
function checkEndpoint(input: unknown): Parsed<string> {
  const parsed = parseOtlpEndpoint(input, anyValueByOperator)
  return 'fault' in parsed ? parsed : { value: input as string }
}

const openTelemetry = section(
  {
    endpoint: scalar(checkEndpoint, {
      type: 'string',
      description: 'host, host:port, [::1]:port, or a URL: grpc://, grpcs://, http:// or https://',
    }),
    attributes: z.array(section({ key: word(), value: z.string() })).default([]),
    body: z
      .unknown()
      .optional()
      .meta({ description: "A text, or an AnyValue in OTLP's JSON; operators anywhere inside" }),
    typedValues: flag('A value that is a number stays one'),
    compression: z.enum(['gzip', 'none']).default('gzip'),
    headers: z.record(z.string(), z.string()).default({}),
    tls: tls.optional(),
    timeout: duration({ minMs: 1, maxMs: 3_600_000 }).prefault(`${otlpTimeoutMsDefault / 1000}s`),
    serviceName: word('The resource attribute service.name').optional(),
    severity: flag('Records have a severity, by the class of the response code'),
    traceContext: flag('Records have the ids of the trace, from the request headers'),
  },
  later('backendRef'),
)

const destinations = { file, tcp, openTelemetry }

/** The section of another destination is no mere typing error. */
function hintsBeside(own: keyof typeof destinations): Record<string, string> {
  const typeOf = { file: 'File', tcp: 'Tcp', openTelemetry: 'OpenTelemetry' }
  const others = (['file', 'tcp', 'openTelemetry'] as const).filter((key) => key !== own)
  return Object.fromEntries(others.map((key) => [key, `belongs to type: ${typeOf[key]}, not ${typeOf[own]}.`]))
}

/** `whenFull`: what a full queue does unless told otherwise. */
const delivery = (whenFull: WhenFull) => ({
  textSafety: section({ escapeControl: flag(), wholeCharacters: flag(), finiteNumbers: flag() }).prefault({}),
  contentTypeListed: flag(),
  queue: section({
    maxBytes: size({ min: MiB, max: 64 * GiB }).prefault(formatSize(queueBytesMaxDefault)),
    whenFull: z.enum(['block', 'dropOldest', 'dropNewest']).default(whenFull),
    flushAfter: duration({ maxMs: 3_600_000 }).prefault(`${flushAfterMsDefault / 1000}s`),
  }).prefault({}),
  spool: section({
    dir: word('The backend has a folder of its own in it, named after the backend'),
    maxBytes: size({ min: 8 * MiB, max: 1024 * GiB }).prefault(formatSize(spoolBytesMaxDefault)),
  }).optional(),
  deadLetter: section({ path: word('File for the entries that the destination refuses for good') }).optional(),
})

const name = word().optional()

/** A queue in front of a file may well wait for the disk; one in front of a network must not stop its streams. */
export const backend = z.discriminatedUnion('type', [
  section({ type: z.literal('File'), name, file, ...delivery('block') }, hintsBeside('file')),
  section({ type: z.literal('Tcp'), name, tcp, ...delivery('dropOldest') }, hintsBeside('tcp')),
  section(
    { type: z.literal('OpenTelemetry'), name, openTelemetry, ...delivery('dropOldest') },
    hintsBeside('openTelemetry'),
  ),
])

export type BackendDocument = z.output<typeof backend>
export type TlsDocument = z.output<typeof tls>
