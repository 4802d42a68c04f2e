/**
 * The one definition of the configuration's keys, their kinds and their defaults. Validation, the JSON Schema and the README's
 * reference are all read from here. Keys that the product names but this version does not carry out are listed as `later`:
 * they are refused by name, never ignored.
 */
import * as z from 'zod'
import { didYouMean } from '../did-you-mean.ts'
import {
  connectionsMaxDefault,
  flushAfterMsDefault,
  memoryBytesMaxDefault,
  messageBytesMaxDefault,
  queueBytesMaxDefault,
  streamsMaxDefault,
} from '../limits.ts'
import type { Address } from './config.ts'
import {
  formatSize,
  type Parsed,
  parseAddress,
  parseDuration,
  parseIp,
  parseMode,
  parseSize,
  parseTimeZone,
} from './scalars.ts'

const KiB = 2 ** 10
const MiB = 2 ** 20
const GiB = 2 ** 30

/** Marks the message of a key that a later version will take; `validate.ts` gives such faults their own code. */
export const unsupportedText = 'is not supported by this version.'

/** An object of known keys. An unknown one is answered by one line per key, in the order zod lists them. */
function section<S extends z.core.$ZodShape>(shape: S, later: readonly string[] = []) {
  const known = Object.keys(shape)
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? (issue.keys as string[])
            .map((key) => (later.includes(key) ? unsupportedText : `is not a key here.${didYouMean(key, known)}`))
            .join('\n')
        : undefined,
  })
}

/** A value in a small language of its own. `jsonSchema` describes what may be written. */
function scalar<T>(parse: (input: unknown) => Parsed<T>, jsonSchema: Record<string, unknown>) {
  return z
    .unknown()
    .meta(jsonSchema)
    .transform((input, context): T => {
      const parsed = parse(input)
      if ('value' in parsed) return parsed.value
      context.issues.push({ code: 'custom', message: parsed.fault, input })
      return z.NEVER
    })
}

const size = (range: { min: number; max: number }) =>
  scalar((input) => parseSize(input, range), {
    type: ['string', 'integer'],
    description: `A size such as 64MiB, from ${formatSize(range.min)} to ${formatSize(range.max)}`,
  })

const duration = (range: { maxMs: number }) =>
  scalar((input) => parseDuration(input, range), { type: 'string', description: 'A duration such as 1s or 500ms' })

const addressText = { type: 'string', description: 'host:port, [::1]:port or unix:/path' }
const addressJson = {
  anyOf: [
    addressText,
    { type: 'object', properties: { address: addressText }, required: ['address'], additionalProperties: false },
  ],
}

/** An address, or `{ address }` where a later version takes `tls` beside it. */
function parseListener(input: unknown): Parsed<Address> {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return parseAddress(input)
  const { address, ...rest } = input as Record<string, unknown>
  for (const key of Object.keys(rest)) {
    if (key === 'tls' || key === 'insecure') return { fault: `has the key ${key}, which ${unsupportedText}` }
    return { fault: `has the key ${key}, which is unknown.${didYouMean(key, ['address'])}` }
  }
  return parseAddress(address)
}

const listeners = z
  .unknown()
  .meta({ anyOf: [...addressJson.anyOf, { type: 'array', items: addressJson, minItems: 1 }] })
  .transform((input, context): Address[] => {
    const list = Array.isArray(input) ? input : [input]
    if (list.length === 0) context.issues.push({ code: 'custom', message: 'must name at least one address.', input })
    return list.flatMap((item, i) => {
      const parsed = parseListener(item)
      if ('value' in parsed) return [parsed.value]
      context.issues.push({ code: 'custom', message: parsed.fault, input: item, path: Array.isArray(input) ? [i] : [] })
      return []
    })
  })

const httpListener = scalar<Address | null>((input) => (input === null ? { value: null } : parseListener(input)), {
  anyOf: [...addressJson.anyOf, { type: 'null' }],
})

const count = (max: number) => z.int().min(1).max(max)
const glob = z.string().min(1).meta({ description: '* stands for any characters' })

/** Kuma's words, and `preset`. Which members go together is checked in `formats.ts`. */
const kumaFormat = section({
  type: z.enum(['Plain', 'Json']).optional(),
  plain: z.string().min(1).optional(),
  json: z
    .array(section({ key: z.string().min(1), value: z.string().min(1) }))
    .min(1)
    .optional(),
  omitEmptyValues: z.boolean().default(false),
  preset: z.enum(['envoy', 'kuma', 'kuma-documented']).optional(),
})

/** Envoy's `log_format`. `content_type` concerns local replies and has no effect on a log, in Envoy as here. */
const envoyFormat = section(
  {
    text_format_source: section({
      inline_string: z.string().optional(),
      inline_bytes: z.string().optional(),
      filename: z.string().min(1).optional(),
      environment_variable: z.string().min(1).optional(),
    }).optional(),
    text_format: z.string().optional(),
    json_format: z.record(z.string(), z.unknown()).optional(),
    omit_empty_values: z.boolean().default(false),
    content_type: z.string().optional(),
    json_format_options: section({ sort_properties: z.boolean().optional() }).optional(),
  },
  ['formatters'],
)

const queue = section({
  maxBytes: size({ min: MiB, max: 64 * GiB }).prefault(formatSize(queueBytesMaxDefault)),
  whenFull: z.enum(['block', 'dropOldest', 'dropNewest']).default('block'),
  flushAfter: duration({ maxMs: 3_600_000 }).prefault(`${flushAfterMsDefault / 1000}s`),
})

const fileBackend = section(
  {
    type: z.literal('File'),
    name: z.string().min(1).optional(),
    file: section(
      {
        path: z.string().min(1),
        format: kumaFormat.optional(),
        logFormat: envoyFormat.optional(),
        mode: scalar(parseMode, { type: 'string', pattern: '^0?[0-7]{3}$' }).prefault('0640'),
        fsync: z
          .literal('never', {
            error: (issue) => (['interval', 'always'].includes(issue.input as string) ? unsupportedText : undefined),
          })
          .default('never'),
      },
      ['rotation'],
    ),
    textSafety: section({
      escapeControl: z.boolean().default(false),
      wholeCharacters: z.boolean().default(false),
      finiteNumbers: z.boolean().default(false),
    }).prefault({}),
    contentTypeListed: z.boolean().default(false),
    queue: queue.prefault({}),
  },
  ['tcp', 'openTelemetry', 'spool'],
)

const backend = z.discriminatedUnion('type', [fileBackend], {
  error: (issue) => {
    const type = (issue.input as Record<string, unknown> | null)?.['type']
    return type === 'Tcp' || type === 'OpenTelemetry' ? `${type} ${unsupportedText}` : undefined
  },
})

/** Where an absent `backends` writes. */
const defaultBackend = { type: 'File' as const, file: { path: '/dev/stdout' } }

const pipeline = section({
  name: z.string().min(1).optional(),
  match: section({
    entries: z.enum(['all', 'http', 'tcp']).default('all'),
    logName: glob.default('*'),
    nodeId: glob.default('*'),
    nodeCluster: glob.default('*'),
  }).prefault({}),
  backends: z.array(backend).min(1).prefault([defaultBackend]),
})

const text = z.string().nullable().default(null)

export const sinkSchema = section(
  {
    listen: section({
      grpc: listeners.prefault('127.0.0.1:9001'),
      http: httpListener.prefault('127.0.0.1:9002'),
    }).prefault({}),
    limits: section({
      memory: size({ min: MiB, max: 64 * GiB }).prefault(formatSize(memoryBytesMaxDefault)),
      streams: count(1_000_000).default(streamsMaxDefault),
      connections: count(1_000_000).default(connectionsMaxDefault),
      messageBytes: size({ min: KiB, max: 256 * MiB }).prefault(formatSize(messageBytesMaxDefault)),
    }).prefault({}),
    pipelines: z.array(pipeline).min(1).prefault([{}]),
    timeZone: scalar(parseTimeZone, {
      type: ['string', 'null'],
      description: 'IANA name; null: the zone of the process',
    }).prefault(null),
    kuma: section(
      {
        values: section({
          mesh: text,
          zone: text,
          workload: text,
          sourceAddress: scalar(parseIp, { type: ['string', 'null'] }).prefault(null),
          sourceService: text,
          destinationService: text,
          trafficDirection: z.enum(['INBOUND', 'OUTBOUND', 'UNSPECIFIED']).nullable().default(null),
        }).prefault({}),
        defaultFormat: z.enum(['documented', 'kuma']).default('documented'),
      },
      [
        'version',
        'targetRefs',
        'systemNamespaces',
        'jsonTypes',
        'sortKeys',
        'sourceFromPeer',
        'resolveGatewayDestination',
        'legacyDoubleNewline',
        'allow',
      ],
    ).prefault({}),
    log: section({
      level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
    }).prefault({}),
    shutdown: section({ graceSeconds: z.number().min(0).max(3600).default(10) }).prefault({}),
  },
  ['policies', 'audit'],
)

/** The document after parsing, before `lower.ts` gives it the program's shape. */
export type SinkDocument = z.output<typeof sinkSchema>
export type KumaFormatDocument = z.output<typeof kumaFormat>
export type EnvoyFormatDocument = z.output<typeof envoyFormat>
