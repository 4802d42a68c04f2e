/**
 * The destinations that a mesh knows by name: MeshService, MeshMultiZoneService, MeshExternalService, and the ExternalService that came
 * before it; and MeshHTTPRoute, which stands between them and their clients.
 */
import type {
  ExternalService,
  MeshExternalService,
  MeshHTTPRoute,
  MeshMultiZoneService,
  MeshService,
  Meta,
  ServicePort,
} from '../resources.ts'
import type { Fields } from './fields.ts'
import { readTargetRef } from './target-ref.ts'

export function readMeshService(document: Fields, meta: Meta): MeshService {
  return { kind: 'MeshService', meta, ...readPorts(document) }
}

export function readMeshMultiZoneService(document: Fields, meta: Meta): MeshMultiZoneService {
  return { kind: 'MeshMultiZoneService', meta, ...readPorts(document) }
}

export function readMeshExternalService(document: Fields, meta: Meta): MeshExternalService {
  const match = document.object('spec').object('match')
  const ports = match.has('port')
    ? [{ port: match.needPort('port'), name: null, appProtocol: (match.text('protocol') ?? 'tcp').toLowerCase() }]
    : []
  return { kind: 'MeshExternalService', meta, ports, vips: readVips(document) }
}

export function readMeshHTTPRoute(document: Fields, meta: Meta): MeshHTTPRoute {
  const to = document.object('spec').objects('to')
  return {
    kind: 'MeshHTTPRoute',
    meta,
    ruleCount: to.reduce((sum, item) => sum + item.list('rules').length, 0),
    destinations: to.map((item) => readTargetRef(item.object('targetRef'))),
  }
}

/** `content`: the members that a Universal document has at its top, and a Kubernetes one in `spec`. */
export function readExternalService(content: Fields, meta: Meta): ExternalService {
  const tags = content.texts('tags')
  if (!tags['kuma.io/service']) {
    content.fault('missing', 'tags', 'must have kuma.io/service: the name by which the mesh knows it.')
  }
  return { kind: 'ExternalService', meta, tags, address: content.object('networking').needText('address') }
}

function readPorts(document: Fields): { ports: ServicePort[]; vips: string[] } {
  const ports = document
    .object('spec')
    .objects('ports')
    .map((port) => ({
      port: port.needPort('port'),
      name: port.text('name'),
      appProtocol: (port.text('appProtocol') ?? 'tcp').toLowerCase(),
    }))
  return { ports, vips: readVips(document) }
}

/** What the control plane has given it: one address of the mesh or several. */
function readVips(document: Fields): string[] {
  const status = document.object('status')
  return [status.object('vip'), ...status.objects('vips')].flatMap((vip) => vip.text('ip') ?? [])
}
