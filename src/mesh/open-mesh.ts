/**
 * Policies come to life: the files that hold them are read and followed, and every change is put in force at once, between two messages,
 * without a stream or an entry being touched.
 */
import type { Judges } from '../pipeline/router.ts'
import type { Resource } from '../policy/resources.ts'
import { openPolicyStore } from '../policy/store/policy-store.ts'
import type { DocumentTrouble } from '../policy/store/settle.ts'
import type { Log } from '../telemetry/log.ts'
import type { Trouble } from '../telemetry/trouble.ts'
import { createDocumentJudge } from './judge-document.ts'
import { createJudges } from './judges.ts'
import { Mesh, type MeshOptions } from './mesh.ts'

export interface OpenMeshOptions extends Omit<MeshOptions, 'trouble' | 'strange' | 'unheeded'> {
  /** What relative policies are relative to; absolute. */
  readonly folder: string
  readonly log: Log
  readonly trouble: Trouble
  /** Other policies are in force: streams have to ask again. */
  readonly onSwap: () => void
}

export interface OpenMesh {
  readonly judges: Judges
  /** Reads all documents again. */
  reload(): Promise<void>
  close(): Promise<void>
}

export async function openMesh(options: OpenMeshOptions): Promise<OpenMesh> {
  const { policies, folder, kuma, outside, log, memory, onSwap } = options
  const mesh = new Mesh({ ...options, ...tellersTo(options.trouble) })
  const judges = createJudges({ memory, routeOf: (stream) => mesh.routeOf(stream) })
  if (policies.length === 0) return { judges, reload: async () => undefined, close: async () => undefined }
  const store = await openPolicyStore({
    patterns: policies,
    folder,
    judge: createDocumentJudge({ kuma, outside }),
    onTrouble: (each) => tellTrouble(each, log),
    onChange: ({ resources }) => {
      mesh.swap(resources)
      onSwap()
      log.info(countsOf(resources), 'Other policies are in force.')
      void mesh.tidy(resources)
    },
  })
  mesh.swap(store.current.resources)
  log.info(countsOf(store.current.resources), 'Policies are in force.')
  return { judges, reload: async () => void (await store.reload()), close: () => store.close() }
}

function tellersTo(trouble: Trouble): Pick<MeshOptions, 'trouble' | 'strange' | 'unheeded'> {
  return {
    trouble: ({ meta }, detail) => trouble.report(`policy ${meta.mesh}/${meta.name}`, `Policy ${meta.name}: ${detail}`),
    strange: ({ logName, nodeId }) => {
      const who = `log name "${logName}", node id "${nodeId}"`
      trouble.report(
        'no_proxy',
        `A stream comes from no proxy that a document names (${who}), so no policy is about it.`,
      )
    },
    unheeded: ({ logName }) => {
      const said = `The log name "${logName.slice(0, 100)}" says where its lines should go, as Kuma's proxies of old do.`
      trouble.report('legacy_log_name', `${said} To have it obeyed, set kuma.legacyLogName: true.`)
    },
  }
}

function countsOf(resources: readonly Resource[]): { policies: number; dataplanes: number } {
  const count = (kind: Resource['kind']) => resources.filter((each) => each.kind === kind).length
  return { policies: count('MeshAccessLog'), dataplanes: count('Dataplane') }
}

/** A document with faults is not in force, though a version of it that was may be; that needs a human. */
function tellTrouble({ file, index, line, kind, name, faults, warnings, kept }: DocumentTrouble, log: Log): void {
  const where = `${file}${line === null ? '' : `:${line}`}${name === null ? '' : ` (${kind} ${name})`}`
  const fields = { file, ...(index === null ? {} : { index }) }
  for (const { path, message, line: at = line } of faults) {
    const consequence = kept ? 'Its last good version stays in force.' : 'It is not in force.'
    const place = `${path === '' ? '' : `${path} `}${message}`.replace(/\n[\s\S]*$/, '')
    log.error({ ...fields, line: at }, `${where}: ${place} ${consequence}`)
  }
  if (faults.length > 0) return
  for (const { path, message } of warnings) {
    log.warn(fields, `${where}: ${path === '' ? '' : `${path} `}${message}`.replace(/\n[\s\S]*$/, ''))
  }
}
