/**
 * Policies of Kubernetes' application namespaces, which are about one thing at a time: what others do with the namespace's own services
 * (producer), what its proxies do with others' (consumer), or what its proxies let in (workload owner). A mixture is refused.
 */

import type { Findings } from '../../config/findings.ts'
import { members } from '../../config/formats.ts'
import { type KumaVersion, since, until } from '../kuma-version.ts'

/** `namespace`: of a policy outside the system namespaces. The whole resource is at fault, so the path is empty. */
export function checkRole(
  spec: Record<string, unknown>,
  namespace: string,
  { version, findings }: { readonly version: KumaVersion; readonly findings: Findings },
): void {
  const to = list(spec['to'])
  if (until(version, '2.14') && to.length > 0 && list(spec['from']).length > 0) {
    const help = `Namespace ${namespace} is an application's: write a policy for each.`
    findings.fault('conflict', '', `it's not allowed to mix 'to' and 'from' arrays in the same policy.\n${help}`)
    return
  }
  const own = to.filter((item) => isProducerTarget(members(item)['targetRef'], namespace, version)).length
  if (own === 0 || own === to.length) return
  const help = `Of the destinations some are services of namespace ${namespace} itself, others are not: write a policy for each sort.`
  findings.fault('conflict', '', `it's not allowed to mix producer and consumer items in the same policy.\n${help}`)
}

/** Whether the destination is a service, or from 2.11 on a route, of the policy's own namespace. */
export function isProducerTarget(targetRef: unknown, namespace: string, version: KumaVersion): boolean {
  const { kind, name = '', namespace: other = '', labels } = members(targetRef)
  if (kind !== 'MeshService' && (kind !== 'MeshHTTPRoute' || until(version, '2.10'))) return false
  if (since(version, '3.0-dev')) return members(labels)['k8s.kuma.io/namespace'] === namespace
  return name !== '' && (other === '' || other === namespace)
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
