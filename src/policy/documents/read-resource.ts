/**
 * One document of Kuma, in Universal form or as a Kubernetes object, becomes the resource that the rest of the room works with. Policies
 * are taken to have passed `validation/`; the other kinds are checked here, as far as anything of them is used. Everything else in them
 * is ignored, as Kuma ignores it.
 */
import { collectFindings } from '../../config/findings.ts'
import { show } from '../../config/scalars.ts'
import { nearestWord } from '../../did-you-mean.ts'
import type { Fault } from '../../errors.ts'
import { type KumaVersion, kumaVersionDefault } from '../kuma-version.ts'
import type { Meta, Resource, ResourceKind } from '../resources.ts'
import { readDataplane } from './dataplane.ts'
import { Fields } from './fields.ts'
import { readMeshGateway } from './gateway.ts'
import { kindOf, readMeta } from './meta.ts'
import { readOtelBackend } from './otel-backend.ts'
import { type PolicyContext, readPolicy } from './policy.ts'
import {
  readExternalService,
  readMeshExternalService,
  readMeshHTTPRoute,
  readMeshMultiZoneService,
  readMeshService,
} from './services.ts'

export interface ReadOptions {
  readonly source: Meta['source']
  /** Kubernetes namespaces whose policies are the mesh operator's. */
  readonly systemNamespaces: readonly string[]
  /** By whose rules a policy's role is found. Default: the newest release. */
  readonly version?: KumaVersion
}

/** What one document turned out to be. */
export interface Reading {
  /** As the document names it; `unknown`: it does not. */
  readonly kind: string
  readonly name: string | null
  /** Null: it has faults, or is nothing that policies are about. */
  readonly resource: Resource | null
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
}

type Reader = (document: Fields, meta: Meta, context: PolicyContext) => Resource

/** Kinds of the first generation have their members at the top, or in `spec` on Kubernetes; all others in `spec`. */
const readers: Readonly<Record<ResourceKind, Reader>> = {
  MeshAccessLog: readPolicy,
  Mesh: (_, meta) => ({ kind: 'Mesh', meta }),
  Dataplane: (document, meta) => readDataplane(contentOf(document, meta), meta),
  MeshGateway: (document, meta) => readMeshGateway(contentOf(document, meta), meta),
  ExternalService: (document, meta) => readExternalService(contentOf(document, meta), meta),
  MeshService: readMeshService,
  MeshMultiZoneService: readMeshMultiZoneService,
  MeshExternalService: readMeshExternalService,
  MeshHTTPRoute: readMeshHTTPRoute,
  MeshOpenTelemetryBackend: readOtelBackend,
}

/** The kinds that are read. */
export const resourceKinds = Object.keys(readers) as ResourceKind[]

/** `document`: the plain value of one YAML or JSON document, out of its list (`expandLists`). Never throws for what it holds. */
export function readResource(document: unknown, { source, systemNamespaces, version }: ReadOptions): Reading {
  const findings = collectFindings()
  const found = kindOf(document)
  const fields = new Fields(document, '', findings)
  if (!found) {
    if (findings.faults.length === 0) {
      findings.fault('missing', '', 'names neither a type, as Kuma writes it, nor a kind, as Kubernetes does.')
    }
    return { kind: 'unknown', name: null, resource: null, faults: findings.faults, warnings: [] }
  }
  const { kind } = found
  const reader = Object.hasOwn(readers, kind) ? readers[kind as ResourceKind] : null
  if (!reader) return { kind, name: nameOf(fields), resource: null, ...unread(found) }
  const meta = readMeta(fields, source)
  const context = { systemNamespaces, version: version ?? kumaVersionDefault }
  const resource = reader(fields, meta, context)
  const { faults, warnings } = findings
  return { kind, name: meta.name || null, resource: faults.length === 0 ? resource : null, faults, warnings }
}

function contentOf(document: Fields, { form }: Meta): Fields {
  return form === 'kubernetes' ? document.object('spec') : document
}

function nameOf(document: Fields): string | null {
  const name =
    document.value('metadata') === undefined ? document.value('name') : document.object('metadata').value('name')
  return typeof name === 'string' ? name : null
}

/** Kinds of Kuma that look like a slip of the pen in one of ours. */
const lookalikes: readonly string[] = ['MeshGatewayRoute', 'MeshTCPRoute']

/** A folder may hold much that is not about logs; only a kind that is nearly one of ours is taken for a slip of the pen. */
function unread({ kind, form }: { kind: string; form: Meta['form'] }): Pick<Reading, 'faults' | 'warnings'> {
  const path = form === 'kubernetes' ? 'kind' : 'type'
  if (kind === 'TrafficLog') {
    const message =
      'TrafficLog is the policy that came before MeshAccessLog, by other rules; it is not read. Write a MeshAccessLog.'
    return { faults: [], warnings: [{ code: 'unused_kind', path, message }] }
  }
  const nearest = nearestWord(kind, resourceKinds)
  if (nearest !== null && !lookalikes.includes(kind)) {
    const message = `${show(kind)} is no kind. Did you mean ${nearest}?`
    return { faults: [{ code: 'unknown_kind', path, message }], warnings: [] }
  }
  return { faults: [], warnings: [{ code: 'unused_kind', path, message: `Documents of kind ${kind} are not read.` }] }
}
