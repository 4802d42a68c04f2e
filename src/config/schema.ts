/**
 * The one definition of the configuration's keys, their kinds and their defaults, with what it takes from the other `…schema.ts`.
 * Validation, the JSON Schema and the README's reference are all read from here.
 */
import * as z from 'zod'
import { connectionsMaxDefault, memoryBytesMaxDefault, messageBytesMaxDefault, streamsMaxDefault } from '../limits.ts'
import { audit } from './audit-schema.ts'
import { backend } from './backend-schema.ts'
import { count, GiB, KiB, MiB, scalar, section, size, word } from './kinds.ts'
import { kuma, policies } from './kuma-schema.ts'
import { grpcListeners, httpListener } from './listen-schema.ts'
import { formatSize, parseTimeZone } from './scalars.ts'

const glob = word('* stands for any characters')

/** Where an absent `backends` writes. */
const defaultBackend = { type: 'File' as const, file: { path: '/dev/stdout' } }

const pipeline = section({
  name: word().optional(),
  match: section({
    entries: z.enum(['all', 'http', 'tcp']).default('all'),
    logName: glob.default('*'),
    nodeId: glob.default('*'),
    nodeCluster: glob.default('*'),
  }).prefault({}),
  backends: z.array(backend).min(1).prefault([defaultBackend]),
})

const pipelines = z.array(pipeline).min(1)

/** What runs when the document names neither pipelines nor policies: everything, in Envoy's default format, to standard output. */
export const defaultPipelines = pipelines.parse([{}])

/** Where the HTTP door stands unless the document says otherwise. */
export const httpAddressDefault = '127.0.0.1:9002'

export const sinkSchema = section({
  listen: section({
    grpc: grpcListeners.prefault('127.0.0.1:9001'),
    http: httpListener.prefault(httpAddressDefault),
  }).prefault({}),
  limits: section({
    memory: size({ min: MiB, max: 64 * GiB }).prefault(formatSize(memoryBytesMaxDefault)),
    streams: count(1, 1_000_000).default(streamsMaxDefault),
    connections: count(1, 1_000_000).default(connectionsMaxDefault),
    messageBytes: size({ min: KiB, max: 256 * MiB }).prefault(formatSize(messageBytesMaxDefault)),
  }).prefault({}),
  pipelines: pipelines.optional(),
  timeZone: scalar(parseTimeZone, {
    type: ['string', 'null'],
    description: 'IANA name; null: the zone of the process',
  }).prefault(null),
  policies,
  kuma,
  audit: audit.optional(),
  log: section({
    level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  }).prefault({}),
  shutdown: section({ graceSeconds: z.number().min(0).max(3600).default(10) }).prefault({}),
})

/** The document after parsing, before `lower.ts` gives it the program's shape. */
export type SinkDocument = z.output<typeof sinkSchema>
