/**
 * The keys under `audit`. Those that are pasted keep the words of the system they come from: `kmesh` is the configuration of a control plane of
 * Kong Mesh, of which everything that is not about audit is ignored, and `audit-…` are flags of kube-apiserver.
 */
import * as z from 'zod'
import { auditCheckpointMsDefault, auditMinFreeBytesDefault } from '../limits.ts'
import { skipDefaultTypesDefault } from './audit-config.ts'
import { backend } from './backend-schema.ts'
import { count, duration, GiB, MiB, scalar, section, size, word } from './kinds.ts'
import { kkpGenerationDefault, kkpGenerations, parseKkpGeneration } from './kkp-generation.ts'
import { policies as patterns } from './kuma-schema.ts'
import { formatSize, type Parsed, show } from './scalars.ts'

const on = z.boolean().default(true)

/** Names stand in addresses and in labels of metrics, so they are plain. */
function parseSource(input: unknown): Parsed<string> {
  if (typeof input === 'string' && /^[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$/.test(input)) return { value: input }
  const expected = 'must be a name of letters, digits and . _ ~ - (128 at most, the first a letter or digit)'
  return { fault: `${expected}, since it stands in the address that records are sent to, not ${show(input)}.` }
}

const source = scalar(parseSource, { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$' })

function parseSha256(input: unknown): Parsed<string> {
  if (typeof input === 'string' && /^[0-9A-Fa-f]{64}$/.test(input)) return { value: input.toLowerCase() }
  // What stands there may be the token itself, so it is not shown.
  return { fault: 'must be the SHA-256 of the token as 64 hex digits: printf %s "$TOKEN" | sha256sum' }
}

const access = section({
  roles: z.array(z.enum(['write', 'read', 'administer'])).min(1),
  sources: z.array(word()).min(1).optional(),
  tokenSha256: scalar(parseSha256, { type: 'string', pattern: '^[0-9A-Fa-f]{64}$' }).optional(),
  clientCert: word("A subject alternative name of the client's certificate").optional(),
})

/** 0 is lumberjack's own word for 100. */
const maxSizeMb = count(0, 1_048_576).transform((size) => size || 100)

const kmeshBackend = section({
  type: z.literal('file'),
  file: section({
    path: word(),
    rotation: section({
      enabled: on,
      maxSizeMb: maxSizeMb.prefault(100),
      maxRetainedFiles: count(0, 100_000).default(10).meta({ description: '0: no limit' }),
      maxAgeDays: count(0, 36_500).default(30).meta({ description: '0: no limit' }),
    }).optional(),
  }),
})

const kmeshAudit = section({
  skipDefaultTypes: z.array(word()).default([...skipDefaultTypesDefault]),
  backends: z.array(kmeshBackend).default([]),
})

const mesh = section({
  source,
  accessAudits: patterns,
  follow: word("A file of the control plane's own, to be read as it grows").optional(),
  kmesh: z
    .looseObject({ access: z.looseObject({ audit: kmeshAudit.prefault({}) }).prefault({}) })
    .prefault({})
    .meta({ description: "The control plane's own configuration; only access.audit is looked at" }),
})

/** Flags that are about how kube-apiserver hands its events over, which here nobody does. */
const senderFlags = Object.fromEntries(
  ['mode', 'batch-buffer-size', 'batch-throttle-enable', 'batch-throttle-qps', 'batch-throttle-burst'].flatMap((flag) =>
    ['log', 'webhook'].map((side) => [
      `audit-${side}-${flag}`,
      'is about how kube-apiserver queues its own events; it has no meaning here.',
    ]),
  ),
)

const kubernetes = section(
  {
    source,
    kkp: section({
      generation: scalar(parseKkpGeneration, {
        type: ['string', 'number'],
        description: `By whose rules: ${kkpGenerations.join(', ')}, or any release from 2.14 on`,
      }).prefault(kkpGenerationDefault),
      documents: patterns,
    }).optional(),
    'audit-policy-file': word('A Policy, or a ConfigMap that holds one').optional(),
    follow: word("A file of the log backend's, or of a sidecar's, to be read as it grows").optional(),
    'audit-log-path': word('-: standard output').optional(),
    'audit-log-maxage': count(0, 36_500).default(366).meta({ description: 'In days; 0: no limit' }),
    'audit-log-maxbackup': count(0, 100_000).default(100).meta({ description: '0: no limit' }),
    'audit-log-maxsize': count(0, 1_048_576).default(100).meta({ description: 'In MiB; 0: no rotation' }),
    'audit-log-compress': z.boolean().default(false),
    'audit-webhook-config-file': word('A kubeconfig').optional(),
    'audit-webhook-initial-backoff': duration({ minMs: 1, maxMs: 3_600_000 }).prefault('10s'),
    'audit-webhook-batch-max-size': count(1, 10_000).default(400),
    'audit-webhook-batch-max-wait': duration({ maxMs: 3_600_000 }).prefault('30s'),
  },
  {
    ...senderFlags,
    'audit-log-format': 'is json, always; leave it out.',
    'audit-log-version': 'is audit.k8s.io/v1, always; leave it out.',
    'audit-webhook-version': 'is audit.k8s.io/v1, always; leave it out.',
    'audit-webhook-batch-initial-backoff': 'is called audit-webhook-initial-backoff.',
  },
)

export const audit = section({
  stateDir: word().default('/var/lib/als-sink/audit'),
  whenUnavailable: z.enum(['refuse', 'bestEffort']).default('refuse'),
  minFree: size({ min: MiB, max: 1024 * GiB }).prefault(formatSize(auditMinFreeBytesDefault)),
  seal: section({
    enabled: on,
    key: word("PEM file: an Ed25519 key. Default: stateDir's own, which is made").optional(),
    checkpointEvery: duration({ minMs: 1_000, maxMs: 86_400_000 }).prefault(`${auditCheckpointMsDefault / 1000}s`),
  }).prefault({}),
  redact: section({ secrets: on, configMaps: on, tokens: on }).prefault({}),
  access: z.array(access).default([]),
  mesh: z.array(mesh).default([]),
  kubernetes: z.array(kubernetes).default([]),
  backends: z.array(backend).default([]),
})

export type AuditDocument = z.output<typeof audit>
export type MeshDocument = AuditDocument['mesh'][number]
export type KubernetesDocument = AuditDocument['kubernetes'][number]
