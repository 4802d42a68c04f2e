/** What the documents of one call tell each other: names that are taken, ports that have names, collectors that were asked for. */
import { isMap, stringify, type YAMLMap } from 'yaml'
import { type CollectorEndpoint, nameOf, type PolicyEdit, type Surroundings } from './policy-edit.ts'
import { elements, member, textOf } from './tree.ts'

/** `collectors`: the documents of those that were asked for, in YAML. */
export function createSurroundings(roots: readonly YAMLMap[]): Surroundings & { collectors(): string[] } {
  const taken = new Set(roots.map(nameOf))
  const freeName = (wanted: string) => {
    let name = wanted
    for (let number = 2; taken.has(name); number++) name = `${wanted}-${number}`
    taken.add(name)
    return name
  }
  const collectors = new Map<string, string>()
  const collectorNames = new Map<string, string>()
  // Two endpoints may have one and the same slug.
  const nameOfCollector = (endpoint: CollectorEndpoint) => {
    const key = JSON.stringify(endpoint)
    const name = collectorNames.get(key) ?? freeName(slugOf(endpoint))
    collectorNames.set(key, name)
    return name
  }
  return {
    portName(service, namespace, port) {
      const ports = roots
        .filter((root) => isService(root) && nameOf(root) === service && namespaceOf(root) === namespace)
        .flatMap((root) => elements(member(root, 'spec', 'ports')))
      const found = ports.find((each) => isMap(each) && each.get('port') === port)
      return textOf(member(found, 'name'))
    },
    backendFor(edit, endpoint) {
      const text = stringify(collector(edit, endpoint, nameOfCollector(endpoint)), { lineWidth: 0 })
      collectors.set(`${edit.form} ${edit.mesh} ${nameOfCollector(endpoint)}`, text)
      // The control plane gives every resource this label.
      return { 'kuma.io/display-name': nameOfCollector(endpoint) }
    },
    freeName,
    collectors: () => [...collectors.values()],
  }
}

function isService(root: YAMLMap): boolean {
  return [textOf(member(root, 'type')), textOf(member(root, 'kind'))].includes('MeshService')
}

function namespaceOf(root: YAMLMap): string | null {
  return (
    textOf(member(root, 'metadata', 'namespace')) ??
    textOf(member(root, 'metadata', 'labels', 'k8s.kuma.io/namespace')) ??
    textOf(member(root, 'labels', 'k8s.kuma.io/namespace'))
  )
}

/** Names have room for 63 characters. */
function slugOf({ address, port, protocol, path }: CollectorEndpoint): string {
  const parts = [address, String(port), ...(protocol === 'http' ? ['http'] : []), ...(path ? [path] : [])]
  const slug = parts
    .join('-')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
  return slug
    .replace(/^-+/, '')
    .slice(-63)
    .replace(/^-+|-+$/g, '')
}

function collector(edit: PolicyEdit, endpoint: CollectorEndpoint, name: string) {
  const { address, port, protocol, path } = endpoint
  const spec = { endpoint: { address, port, ...(path ? { path } : {}) }, protocol }
  const type = 'MeshOpenTelemetryBackend'
  if (edit.form === 'universal') return { type, name, mesh: edit.mesh, spec }
  const metadata = { name, namespace: edit.systemNamespaces[0], labels: { 'kuma.io/mesh': edit.mesh } }
  return { apiVersion: 'kuma.io/v1alpha1', kind: type, metadata, spec }
}
