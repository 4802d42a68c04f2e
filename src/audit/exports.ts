/**
 * Exports of events as EventLists: by the webhook that a source's configuration names, or by that of its user cluster of KKP. The kubeconfig of
 * the latter is in a Secret among the documents; it is laid into a file of ours, where the export reads it, and laid there again when it has
 * changed. Whether there is a webhook at all is decided at the start.
 */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { KubernetesSource, WebhookBackend } from '../config/audit-config.ts'
import { parseDuration } from '../config/scalars.ts'
import { writeDurablyNow } from '../disk/durable.ts'
import { type DestinationsOptions, openExport } from './destinations.ts'
import type { FollowedPolicy } from './intake/policies.ts'
import type { TrailDestination } from './trail/trail.ts'

export interface Exports {
  readonly destinations: readonly TrailDestination[]
  /** To be called behind the policy's own. Never throws. */
  refresh(): void
}

/** By the webhook of the source's configuration, or that of its cluster's documents. Throws ConfigError. */
export async function openExports(
  { source, webhook, kkp }: KubernetesSource,
  policy: FollowedPolicy,
  options: DestinationsOptions,
): Promise<Exports> {
  if (webhook) return { destinations: [await openExport(webhook, options)], refresh: () => undefined }
  if (kkp?.webhook) return openKkpExport(source, kkp.webhook, policy, options)
  return { destinations: [], refresh: () => undefined }
}

async function openKkpExport(
  source: string,
  webhook: WebhookBackend,
  policy: FollowedPolicy,
  options: DestinationsOptions,
): Promise<Exports> {
  const { log } = options
  const found = policy.webhook()
  let last = found?.kubeconfig ?? null
  if (last !== null) putKubeconfig(webhook.configFile, last)
  const initialBackoffMs = backoffOf(found?.initialBackoff ?? null) ?? webhook.initialBackoffMs
  const destination = found && (await openExport({ ...webhook, initialBackoffMs }, options))
  return {
    destinations: destination ? [destination] : [],
    refresh() {
      const next = policy.webhook()?.kubeconfig ?? null
      if (next === last) return
      last = next
      if (next === null || destination === null) {
        const what = next === null ? 'has no webhook any more' : 'has a webhook now'
        log.warn({ source }, `The cluster ${source} ${what}. That takes effect when the sink is started again.`)
        return
      }
      try {
        putKubeconfig(webhook.configFile, next)
      } catch (error) {
        log.error({ source }, `The new webhook of ${source} could not be written: ${(error as Error).message}`)
        // Tried again with the next look.
        last = null
      }
    },
  }
}

/** It may hold credentials. */
function putKubeconfig(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeDurablyNow(path, text, { mode: 0o600, flag: 'w' })
}

/** Null: nothing that could be one; then it is as without. */
function backoffOf(text: string | null): number | null {
  if (text === null) return null
  const parsed = parseDuration(text, { minMs: 1, maxMs: 3_600_000 })
  return 'value' in parsed ? parsed.value : null
}
