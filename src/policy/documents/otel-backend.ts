/** MeshOpenTelemetryBackend: a collector that policies refer to by labels. */
import type { MeshOpenTelemetryBackend, Meta } from '../resources.ts'
import type { Fields } from './fields.ts'

const portDefault = 4317

/** An empty `spec` is the node's own collector. */
export function readOtelBackend(document: Fields, meta: Meta): MeshOpenTelemetryBackend {
  const spec = document.object('spec')
  const endpoint = spec.object('endpoint')
  const protocol = spec.text('protocol') ?? 'grpc'
  if (protocol !== 'grpc' && protocol !== 'http') {
    spec.fault('wrong_value', 'protocol', `must be grpc or http, not ${protocol}.`)
  }
  const path = endpoint.text('path') ?? ''
  if (path !== '' && protocol === 'grpc')
    endpoint.fault('conflict', 'path', 'stands beside protocol grpc, which has none.')
  if (path !== '' && !/^\/[^?#]*$/.test(path)) {
    endpoint.fault('wrong_value', 'path', `must begin with / and hold neither ? nor #, not ${path}.`)
  }
  return {
    kind: 'MeshOpenTelemetryBackend',
    meta,
    address: endpoint.text('address'),
    port: endpoint.has('port') ? endpoint.needPort('port') : portDefault,
    path,
    protocol: protocol === 'http' ? 'http' : 'grpc',
  }
}
