/** Files and folders that belong to audit: what it writes, with what lies beside it, and what it reads as it grows. */
import type { AuditConfig, AuditFileBackend } from './audit-config.ts'
import { standardStreams } from './conflicts.ts'

/** What lies beside an audit file: its seal and manifest, what a recovery has cut off, the lock. */
const companions = ['.seal', '.seal.torn', '.manifest', '.torn', '.lock'] as const

/** As written; a folder stands for all that is in it. */
export function auditPlaces(config: AuditConfig): string[] {
  const followed = config.sources.flatMap(({ follow }) => follow ?? [])
  const letters = config.backends.flatMap(({ deadLetter }) => deadLetter ?? [])
  const written = auditFiles(config).flatMap(({ file: { path } }) => [path, ...companionsOf(path)])
  return [config.stateDir, ...followed, ...letters, ...written]
}

export function companionsOf(path: string): string[] {
  return companions.map((suffix) => `${path}${suffix}`)
}

/** Of the sources, then those for all of them; without our own standard output. */
export function auditFiles({ sources, backends }: AuditConfig): AuditFileBackend[] {
  const shared = backends.filter((backend) => backend.type === 'File')
  return [...sources.flatMap(({ files }) => files), ...shared].filter(
    ({ file }) => !standardStreams.includes(file.path),
  )
}
