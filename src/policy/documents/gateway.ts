/** MeshGateway: the listeners of builtin gateways. */
import type { GatewayListener, MeshGateway, Meta, Tags } from '../resources.ts'
import type { Fields } from './fields.ts'

/** `content`: the members that a Universal document has at its top, and a Kubernetes one in `spec`. */
export function readMeshGateway(content: Fields, meta: Meta): MeshGateway {
  const listeners = content.object('conf').objects('listeners')
  if (listeners.length === 0) content.object('conf').fault('missing', 'listeners', 'must have at least one listener.')
  return {
    kind: 'MeshGateway',
    meta,
    selectors: content.objects('selectors').map(readSelector),
    tags: content.texts('tags'),
    listeners: listeners.map(readListener),
  }
}

function readSelector(selector: Fields): Tags {
  if (!selector.has('match')) selector.fault('missing', 'match', 'is required: the tags that a gateway must have.')
  return selector.texts('match')
}

function readListener(listener: Fields): GatewayListener {
  return {
    port: listener.needPort('port'),
    protocol: listener.needText('protocol').toUpperCase(),
    hostname: listener.text('hostname'),
    tags: listener.texts('tags'),
  }
}
