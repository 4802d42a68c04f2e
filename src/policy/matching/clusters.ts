/**
 * Names of upstream clusters, as Kuma makes them, and the services in them:
 *
 *     payments                              kuma.io/service
 *     payments-_0_, payments-8bbcf1a2…      one share of it; a gateway's, with a hash of 16 digits
 *     default_ledger_money_east_msvc_80     mesh, name, namespace, zone, kind and port of a resource
 *     kri_msvc_default_east_money_ledger_   the same since 2.12, on demand
 */
import { nameInKri } from './kri.ts'

/** Empty: the name says nothing. */
export function serviceOfCluster(cluster: string): string {
  const inKri = nameInKri(cluster)
  if (inKri !== null) return inKri
  const resource = /^[^_]*_([^_]+)_[^_]*_[^_]*_(?:msvc|mzsvc|extsvc)_\d+$/.exec(cluster)
  return resource ? resource[1]! : cluster.replace(/-(?:_\d+_|[0-9a-f]{16})$/, '')
}

export function namesPassthrough(cluster: string): boolean {
  return /passthrough/i.test(cluster) && !namesInboundPassthrough(cluster)
}

export function namesInboundPassthrough(cluster: string): boolean {
  return cluster.startsWith('inbound:passthrough')
}
