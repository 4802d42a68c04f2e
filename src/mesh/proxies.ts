/**
 * Which proxy a stream comes from: the Dataplane that its log name or its node names, out of the documents; else the one that the proxy
 * itself has brought along; else, if at least its name is known, one of which nothing else is.
 */
import type { Identifier } from '../identifier.ts'
import { readResource } from '../policy/documents/read-resource.ts'
import { findDataplane, type Inventory } from '../policy/matching/inventory.ts'
import type { Dataplane, Inbound, Meta } from '../policy/resources.ts'
import { parsePiece } from '../policy/store/pieces.ts'

export interface ProxyOptions {
  readonly systemNamespaces: readonly string[]
  /** Of a node that does not name its mesh. */
  readonly meshDefault: string
}

/** Null: nobody knows. */
export function proxyOf(stream: Identifier, inventory: Inventory, options: ProxyOptions): Dataplane | null {
  const names = namesOf(stream, options.meshDefault)
  for (const { mesh, name } of names) {
    const found = findDataplane(inventory, mesh, name)
    if (found) return found
  }
  const brought = stream.dataplane === undefined ? null : readDataplane(stream.dataplane, options)
  if (brought) return brought
  const named = names.find(({ isOutright }) => isOutright)
  return named ? strangerOf(named, stream) : null
}

interface ProxyName {
  readonly mesh: string
  readonly name: string
  /** Whether it surely is one, be there a document or not. */
  readonly isOutright: boolean
}

/**
 *     log_name = "kuma:" mesh ":" dataplane ":" …
 *     node.id  = mesh "." dataplane, on Kubernetes mesh "." pod "." namespace        any other: the name alone
 */
function namesOf({ logName, nodeId, isKuma = false }: Identifier, meshDefault: string): ProxyName[] {
  const names: ProxyName[] = []
  const [prefix, mesh, dataplane] = logName.split(':')
  if (prefix === 'kuma' && mesh && dataplane) {
    names.push({ mesh: decoded(mesh), name: decoded(dataplane), isOutright: true })
  }
  const dot = nodeId.indexOf('.')
  if (dot > 0) names.push({ mesh: nodeId.slice(0, dot), name: nodeId.slice(dot + 1), isOutright: isKuma })
  if (nodeId !== '') names.push({ mesh: meshDefault, name: nodeId, isOutright: false })
  return names
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    // A stray percent sign: then nobody encoded it.
    return part
  }
}

/** Null: it is none, or one that cannot be read; then it is as if it were not there. */
function readDataplane(text: string, { systemNamespaces }: ProxyOptions): Dataplane | null {
  const [document] = parsePiece(text)
  if (document === undefined || document.faults.length > 0) return null
  const { resource } = readResource(document.value, { source: { file: 'node.metadata', index: 0 }, systemNamespaces })
  return resource?.kind === 'Dataplane' ? resource : null
}

/**
 * A proxy without a document: policies for its whole mesh hold for it, and entries say which listeners they come from. Every proxy of
 * Kuma has an inbound, which tells its service; nobody knows where this one's is.
 */
function strangerOf({ mesh, name }: ProxyName, { nodeCluster }: Identifier): Dataplane {
  const source = { file: '', index: 0 }
  const inbound: Inbound = {
    name: null,
    address: '',
    port: 0,
    servicePort: 0,
    protocol: null,
    tags: nodeCluster === '' ? {} : { 'kuma.io/service': nodeCluster },
    state: 'Ready',
  }
  const meta: Meta = {
    name,
    displayName: name,
    namespace: null,
    mesh,
    labels: {},
    createdAtMs: null,
    form: 'universal',
    source,
  }
  return {
    kind: 'Dataplane',
    meta,
    networking: {
      address: '',
      advertisedAddress: null,
      inbounds: [inbound],
      outbounds: [],
      gateway: null,
      zoneListeners: [],
      transparentProxying: null,
    },
  }
}
