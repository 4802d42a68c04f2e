/**
 * The schema of MeshAccessLog, version by version: which members there are, of what type, and which must be there. The rules that need
 * more than one value stand in `target-ref.ts`, `backends.ts` and `validate.ts`.
 */
import { type KumaVersion, kumaVersions, since, until } from '../kuma-version.ts'
import type { SchemaNode } from './schema.ts'

/** Members of a targetRef, and when Kuma knew them. Others, and those of another time, are passed over. */
const targetRefFields: Readonly<
  Record<string, { readonly since: KumaVersion; readonly until: KumaVersion | null; readonly node: SchemaNode }>
> = {
  name: { since: '2.2', until: '2.14', node: { type: 'string' } },
  mesh: { since: '2.2', until: '2.14', node: { type: 'string' } },
  tags: { since: '2.2', until: '2.14', node: { type: 'map' } },
  proxyTypes: {
    since: '2.6',
    until: '2.14',
    node: { type: 'array', items: { type: 'string', enum: ['Sidecar', 'Gateway'] } },
  },
  namespace: { since: '2.9', until: '2.14', node: { type: 'string' } },
  labels: { since: '2.9', until: null, node: { type: 'map' } },
  sectionName: { since: '2.9', until: null, node: { type: 'string' } },
}

/** Whether a member of a targetRef means anything to `version`. */
export function hasField(version: KumaVersion, field: string): boolean {
  const known = targetRefFields[field]
  return known !== undefined && since(version, known.since) && (known.until === null || until(version, known.until))
}

/** The kinds that the schema itself lists, in its order; which of them a place takes is `target-ref-matrix.ts`. */
const kindEnums: readonly { readonly since: KumaVersion; readonly kinds: string }[] = [
  { since: '2.2', kinds: 'Mesh MeshSubset MeshService MeshServiceSubset MeshGatewayRoute' },
  { since: '2.4', kinds: 'Mesh MeshSubset MeshGateway MeshService MeshServiceSubset MeshHTTPRoute' },
  {
    since: '2.9',
    kinds:
      'Mesh MeshSubset MeshGateway MeshService MeshExternalService MeshMultiZoneService MeshServiceSubset MeshHTTPRoute',
  },
  {
    since: '2.10',
    kinds:
      'Mesh MeshSubset MeshGateway MeshService MeshExternalService MeshMultiZoneService MeshServiceSubset MeshHTTPRoute Dataplane',
  },
]

/** OpenTelemetry's names of attributes, from 2.14 on. */
const attributeKey = /^[a-z]([a-z0-9]|[._][a-z0-9])*$/

const schemas = new Map(kumaVersions.map((version) => [version, policySchema(version)]))

/** Of the whole document in Universal form, and of the `spec` of either form. */
export function schemaFor(version: KumaVersion): { readonly document: SchemaNode; readonly spec: SchemaNode } {
  return schemas.get(version)!
}

function policySchema(version: KumaVersion): { document: SchemaNode; spec: SchemaNode } {
  const backends: SchemaNode = { type: 'array', items: backendNode(version) }
  const settings: SchemaNode = { type: 'object', members: { backends } }
  const strict = since(version, '2.10')
  const item = (place: 'to' | 'from'): SchemaNode => ({
    type: 'object',
    members: { targetRef: targetRefNode(version, place), default: settings },
    required: strict ? ['targetRef', 'default'] : ['targetRef'],
  })
  const members: Record<string, SchemaNode> = { targetRef: targetRefNode(version, 'top') }
  members['to'] = { type: 'array', items: item('to') }
  if (until(version, '2.14')) members['from'] = { type: 'array', items: item('from') }
  if (since(version, '2.10')) members['rules'] = { type: 'array', items: ruleNode(version, settings) }
  const spec: SchemaNode = { type: 'object', members, required: until(version, '2.8') ? ['targetRef'] : [] }
  const envelope: Record<string, SchemaNode> = { name: { type: 'string' }, mesh: { type: 'string' } }
  if (since(version, '2.9')) envelope['labels'] = { type: 'map' }
  return { document: { type: 'object', members: envelope, required: ['name'] }, spec }
}

function targetRefNode(version: KumaVersion, place: 'top' | 'to' | 'from'): SchemaNode {
  const members: Record<string, SchemaNode> = { kind: { type: 'string', enum: kindsListed(version, place) } }
  for (const [field, { node }] of Object.entries(targetRefFields)) {
    if (!hasField(version, field)) continue
    // Until pointers made an empty list different from none, it was the schema's to refuse it.
    members[field] = field === 'proxyTypes' && until(version, '2.9') ? ({ ...node, minItems: 1 } as SchemaNode) : node
  }
  return { type: 'object', members, required: since(version, '2.10') ? ['kind'] : [] }
}

function kindsListed(version: KumaVersion, place: 'top' | 'to' | 'from'): readonly string[] {
  if (since(version, '3.0-dev')) {
    const kinds = 'Mesh MeshService MeshExternalService MeshMultiZoneService MeshHTTPRoute'
    return (place === 'top' ? 'Mesh Dataplane' : kinds).split(' ')
  }
  return kindEnums.findLast((each) => since(version, each.since))!.kinds.split(' ')
}

function ruleNode(version: KumaVersion, settings: SchemaNode): SchemaNode {
  const condition = (...types: string[]): SchemaNode => ({
    type: 'object',
    members: { type: { type: 'string', enum: types }, value: { type: 'string' } },
    required: ['type', 'value'],
  })
  const match: SchemaNode = {
    type: 'object',
    members: { spiffeID: condition('Exact', 'Prefix'), sni: condition('Exact') },
  }
  const matches: Record<string, SchemaNode> = since(version, '2.14') ? { matches: { type: 'array', items: match } } : {}
  return { type: 'object', members: { ...matches, default: settings }, required: ['default'] }
}

function backendNode(version: KumaVersion): SchemaNode {
  const format = formatNode(version)
  const filled: SchemaNode = { type: 'string', minLength: 1 }
  const members: Record<string, SchemaNode> = {
    file: { type: 'object', members: { path: filled, format }, required: ['path'] },
    tcp: { type: 'object', members: { address: filled, format }, required: ['address'] },
    openTelemetry: openTelemetryNode(version),
  }
  if (until(version, '2.2')) return { type: 'object', members }
  members['type'] = { type: 'string', enum: ['Tcp', 'File', 'OpenTelemetry'] }
  return { type: 'object', members, required: ['type'] }
}

function formatNode(version: KumaVersion): SchemaNode {
  const members: Record<string, SchemaNode> = {
    plain: { type: 'string' },
    json: { type: 'array', items: pairNode(version) },
    omitEmptyValues: { type: 'boolean' },
  }
  if (until(version, '2.2')) return { type: 'object', members }
  members['type'] = { type: 'string', enum: ['Plain', 'Json'] }
  return { type: 'object', members, required: ['type'] }
}

function pairNode(version: KumaVersion, key: SchemaNode = { type: 'string' }): SchemaNode {
  return {
    type: 'object',
    members: { key, value: { type: 'string' } },
    required: since(version, '2.10') ? ['key', 'value'] : [],
  }
}

function openTelemetryNode(version: KumaVersion): SchemaNode {
  const grammar: SchemaNode = { type: 'string', pattern: attributeKey, patternHelp: attributeKeyHelp }
  const named = since(version, '2.14')
  const members: Record<string, SchemaNode> = {
    attributes: { type: 'array', items: named ? pairNode(version, grammar) : pairNode(version) },
  }
  if (since(version, '2.4')) members['body'] = { type: 'any' }
  if (until(version, '2.14')) members['endpoint'] = { type: 'string', minLength: named ? 0 : 1 }
  if (named) {
    members['backendRef'] = {
      type: 'object',
      members: { kind: { type: 'string', enum: ['MeshOpenTelemetryBackend'] }, labels: { type: 'map' } },
      required: ['kind'],
    }
  }
  return { type: 'object', members, required: named ? [] : ['endpoint'] }
}

/** In Kuma's own words where it has some, which one only meets for documents that were stored before there was a schema. */
function attributeKeyHelp(key: string): string {
  if (key === '') return 'It must be defined: an attribute has a name.'
  if (key.includes('%')) {
    return 'It must be a static OpenTelemetry attribute name; placeholders are only supported in values.'
  }
  return "It must start with a lowercase letter, use only lowercase letters, digits, '.' or '_', avoid consecutive delimiters, and end with a letter or digit."
}
