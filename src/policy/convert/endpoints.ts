/**
 * Collectors: an `endpoint` inside of a policy becomes a resource of its own and a reference to it. 2.14 refuses endpoints that are URLs;
 * after it there are none at all.
 */
import { isMap } from 'yaml'
import { since } from '../kuma-version.ts'
import { backendsOf, type CollectorEndpoint, type PolicyEdit } from './policy-edit.ts'
import { drop, keysOf, member, put, textOf } from './tree.ts'

export function convertEndpoints(edit: PolicyEdit): void {
  if (!since(edit.version, '2.14')) return
  for (const { node, path } of backendsOf(edit)) {
    const settings = member(node, 'openTelemetry')
    const endpoint = member(settings, 'endpoint')
    const text = textOf(endpoint)
    if (!isMap(settings) || text === null) continue
    if (keysOf(settings).includes('backendRef')) continue
    const stays = edit.version === '2.14' && !/[/?#]/.test(text)
    if (stays) continue
    const at = `${path}.openTelemetry.endpoint`
    const parsed = parseCollector(text)
    if (parsed === null) {
      edit.log.left(
        endpoint,
        `${path}.openTelemetry (endpoint ${text})`,
        'a MeshOpenTelemetryBackend needs one fixed host and port',
      )
      continue
    }
    const labels = edit.surroundings.backendFor(edit, parsed.endpoint)
    const name = Object.values(labels)[0]!
    edit.log.changed(endpoint, {
      from: `${at}: ${text}`,
      to: `backendRef to the MeshOpenTelemetryBackend ${name}`,
      because:
        edit.version === '2.14' ? '2.14 takes host:port, and no URL' : 'endpoints in policies are gone after 2.14',
      mind: parsed.isSecure ? secureNote : null,
    })
    drop(settings, 'endpoint')
    put(settings, 'backendRef', { kind: 'MeshOpenTelemetryBackend', labels }, 'first')
  }
}

const secureNote =
  'the resource says nothing of TLS, which Kuma takes from OTEL_EXPORTER_OTLP_* in the environment of the side process (and for http at port 443).'

const urlPorts: Readonly<Record<string, number>> = { http: 4318, https: 4318, grpc: 4317, grpcs: 4317 }

/** `host`, `host:port`, `[v6]:port`, `v6`, or a URL. Null: none of these, or not one and the same for every proxy. */
function parseCollector(text: string): { endpoint: CollectorEndpoint; isSecure: boolean } | null {
  if (text.includes('%')) return null
  const [, scheme, authority = '', rawPath = ''] = /^(?:([a-z]+):\/\/)?([^/?#]*)(\/[^?#]*)?$/.exec(text) ?? []
  if (authority === '' || (scheme !== undefined && !Object.hasOwn(urlPorts, scheme))) return null
  const isHttp = scheme === 'http' || scheme === 'https'
  const path = rawPath.replace(/\/v1\/logs\/?$/, '').replace(/\/$/, '')
  if (!isHttp && path !== '') return null
  const [, bracketed, plain, port] = /^(?:\[([\da-f:.]+)\]|([^:[\]]+))(?::(\d*))?$/i.exec(authority) ?? []
  const isBareIpv6 = /^[\da-f.]*:[\da-f.]*:[\da-f:.]*$/i.test(authority)
  const address = bracketed ?? plain ?? (isBareIpv6 ? authority : undefined)
  if (address === undefined) return null
  const number = port ? Number(port) : (urlPorts[scheme ?? 'grpc'] as number)
  if (number < 1 || number > 65_535) return null
  return {
    endpoint: { address, port: number, protocol: isHttp ? 'http' : 'grpc', path },
    isSecure: scheme === 'https' || scheme === 'grpcs',
  }
}
