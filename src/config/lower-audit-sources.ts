/** Who sends audit records: control planes of Kong Mesh and kube-apiservers, with the files that their pasted configuration asks for. */
import { join } from 'node:path'
import { nearestWord } from '../did-you-mean.ts'
import { queueBytesMaxDefault, spoolBytesMaxDefault } from '../limits.ts'
import type { AuditFileBackend, KubernetesSource, MeshSource, WebhookBackend } from './audit-config.ts'
import type { KubernetesDocument, MeshDocument } from './audit-schema.ts'
import type { QueueConfig, RotationConfig } from './backend-config.ts'
import { freeName } from './backend-names.ts'
import type { Findings } from './findings.ts'
import { MiB } from './kinds.ts'
import { folderName } from './lower-backend.ts'

export interface SourceContext {
  /** `audit.mesh[0]`. */
  readonly path: string
  readonly stateDir: string
  /** Names of backends that are given away; grows. */
  readonly taken: Set<string>
  readonly findings: Findings
}

export function lowerMeshSource(document: MeshDocument, context: SourceContext): MeshSource {
  warnOfSlips(document.kmesh, context)
  const { source, accessAudits, follow = null, kmesh } = document
  const { skipDefaultTypes, backends } = kmesh.access.audit
  const files = backends.map(({ file }, i) => {
    const rotation = file.rotation?.enabled ? file.rotation : null
    return auditFile(
      `${source}/file`,
      file.path,
      `${context.path}.kmesh.access.audit.backends[${i}]`,
      context,
      rotation && {
        maxBytes: rotation.maxSizeMb * MiB,
        maxRetainedFiles: rotation.maxRetainedFiles,
        maxAgeDays: rotation.maxAgeDays,
        compress: false,
      },
    )
  })
  return { kind: 'mesh', source, path: context.path, follow, files, accessAudits, skipDefaultTypes }
}

/** Keys of the control plane that are not about audit are its own business, unless they are nearly the ones that are. */
function warnOfSlips(kmesh: MeshDocument['kmesh'], { path, findings }: SourceContext): void {
  const slips = (owner: object, wanted: string, at: string) => {
    for (const key of Object.keys(owner)) {
      if (key === wanted || nearestWord(key, [wanted]) === null) continue
      findings.warning('unknown_key', `${at}.${key}`, `is not looked at. Did you mean ${wanted}?`)
    }
  }
  slips(kmesh, 'access', `${path}.kmesh`)
  slips(kmesh.access, 'audit', `${path}.kmesh.access`)
}

export function lowerKubernetesSource(document: KubernetesDocument, context: SourceContext): KubernetesSource {
  const { source, follow = null, kkp = null } = document
  const logPath = document['audit-log-path']
  const maxSizeMb = document['audit-log-maxsize']
  const rotation = {
    maxBytes: maxSizeMb * MiB,
    maxRetainedFiles: document['audit-log-maxbackup'],
    maxAgeDays: document['audit-log-maxage'],
    compress: document['audit-log-compress'],
  }
  const configFile = document['audit-webhook-config-file']
  const webhook = configFile === undefined ? null : lowerWebhook(document, configFile, context)
  const isFile = logPath !== '-' && maxSizeMb > 0
  const path = logPath === '-' ? '/dev/stdout' : logPath
  return {
    kind: 'kubernetes',
    source,
    path: context.path,
    follow,
    files:
      path === undefined ? [] : [auditFile(`${source}/file`, path, context.path, context, isFile ? rotation : null)],
    policyFile: document['audit-policy-file'] ?? null,
    webhook,
    kkp: kkp && { ...kkp, webhook: webhook ? null : kkpWebhook(document, context) },
  }
}

/** Only their owner reads audit files: as kube-apiserver and Kong Mesh create them. */
const auditFileMode = 0o600

/** What waits for a record's receipt must not wait for more records, so a batch is never kept back. */
const queue: QueueConfig = { bytesMax: queueBytesMaxDefault, whenFull: 'block', flushAfterMs: 0 }

function auditFile(
  wanted: string,
  file: string,
  path: string,
  { taken }: SourceContext,
  rotation: RotationConfig | null,
): AuditFileBackend {
  return {
    type: 'File',
    name: freeName(wanted, taken),
    path,
    queue,
    spool: null,
    deadLetter: null,
    file: { path: file, mode: auditFileMode, makeDirectory: true, fsync: 'always', rotation },
  }
}

/** Whether there is one is for the documents to say, while the sink runs. */
function kkpWebhook(document: KubernetesDocument, context: SourceContext): WebhookBackend {
  return lowerWebhook(document, join(context.stateDir, 'kkp', `${folderName(document.source)}.kubeconfig`), context)
}

function lowerWebhook(
  document: KubernetesDocument,
  configFile: string,
  { path, stateDir, taken }: SourceContext,
): WebhookBackend {
  const name = freeName(`${document.source}/webhook`, taken)
  return {
    name,
    path,
    queue,
    deadLetter: join(stateDir, 'refused', `${folderName(name)}.jsonl`),
    spool: { folder: join(stateDir, 'spool', folderName(name)), bytesMax: spoolBytesMaxDefault },
    configFile,
    initialBackoffMs: document['audit-webhook-initial-backoff'],
    batchEventsMax: document['audit-webhook-batch-max-size'],
  }
}
