/**
 * Files that audit reads or writes, held against each other and against those of the pipelines. A file that is followed is somebody else's, an
 * audit file is nobody else's: access logs or dead letters in between would break its seal, and its lines.
 */
import type { AuditConfig, AuditFileBackend } from './audit-config.ts'
import { auditFiles, companionsOf } from './audit-places.ts'
import type { PipelineConfig } from './config.ts'
import type { Outside } from './data-source.ts'
import type { Findings } from './findings.ts'

interface Use {
  /** Where the document says so. */
  readonly path: string
  /** As written, and where it leads. */
  readonly file: string
  readonly place: string
}

interface Written extends Use {
  readonly backend: AuditFileBackend
}

export function checkAuditFiles(
  config: AuditConfig,
  pipelines: readonly PipelineConfig[],
  { realPath }: Outside,
  findings: Findings,
): void {
  const use = (path: string, file: string): Use => ({ path, file, place: realPath(file) })
  const followed = config.sources.flatMap(({ follow, path }) =>
    follow === null ? [] : [use(`${path}.follow`, follow)],
  )
  const written = auditFiles(config).map(
    (backend): Written => ({ ...use(pathKey(backend.path), backend.file.path), backend }),
  )
  const letters = config.backends.flatMap(({ deadLetter, path }) =>
    deadLetter === null ? [] : [use(`${path}.deadLetter.path`, deadLetter)],
  )
  const theirs = pipelines.flatMap(({ backends }) =>
    backends.flatMap(({ path, deadLetter, ...backend }) => [
      ...(backend.type === 'File' ? [use(`${path}.file.path`, backend.file.path)] : []),
      ...(deadLetter === null ? [] : [use(`${path}.deadLetter.path`, deadLetter)]),
    ]),
  )
  checkFollowed(followed, [...written, ...letters, ...theirs], findings)
  checkWritten(written, findings)
  refuseSharing(letters, written, 'is also an audit file', findings)
  refuseSharing([...written, ...letters], theirs, 'is shared with a pipeline', findings)
  const stateDir = realPath(config.stateDir)
  for (const { path, place } of theirs) {
    const beside = written.find(({ file }) => companionsOf(file).some((each) => realPath(each) === place))
    if (beside) findings.fault('conflict', path, `lies where the audit file of ${beside.path} has its seal.`)
    else if (place.startsWith(`${stateDir}/`)) {
      findings.fault('conflict', path, 'lies in audit.stateDir, which is for the audit alone.')
    }
  }
}

/** The key that names the file: kube-apiserver's flag, or `file.path`. */
function pathKey(path: string): string {
  return /^audit\.kubernetes\[\d+\]$/.test(path) ? `${path}.audit-log-path` : `${path}.file.path`
}

function checkFollowed(followed: readonly Use[], written: readonly Use[], findings: Findings): void {
  const firstOf = new Map<string, Use>()
  for (const each of followed) {
    const first = firstOf.get(each.place)
    if (first) findings.fault('duplicate', each.path, `is already followed by ${first.path}.`)
    else firstOf.set(each.place, each)
    const writer = written.find(({ place }) => place === each.place)
    if (!writer) continue
    const help =
      'What is pasted says where this sink writes; `follow` names what somebody else writes. Give one of them another path.'
    findings.fault('conflict', each.path, `is the file that ${writer.path} writes.\n${help}`)
  }
}

/** Who shares a file shares its handle. */
function checkWritten(written: readonly Written[], findings: Findings): void {
  const firstOf = new Map<string, Written>()
  for (const each of written) {
    const first = firstOf.get(each.place)
    if (!first) firstOf.set(each.place, each)
    else if (!sameManner(first.backend, each.backend)) {
      const help = 'Mode, folder and rotation of one file must be the same.'
      findings.fault('conflict', each.path, `is the file of ${first.path}, which treats it otherwise.\n${help}`)
    }
  }
}

function sameManner({ file: a }: AuditFileBackend, { file: b }: AuditFileBackend): boolean {
  const manner = ({ mode, makeDirectory, rotation }: AuditFileBackend['file']) =>
    JSON.stringify([mode, makeDirectory, rotation])
  return manner(a) === manner(b)
}

function refuseSharing(ours: readonly Use[], theirs: readonly Use[], what: string, findings: Findings): void {
  for (const { path, place } of ours) {
    const other = theirs.find((each) => each.place === place)
    if (other) findings.fault('conflict', path, `${what}: ${other.path} writes it too.`)
  }
}
