/**
 * What is valid and yet will surprise: members that nobody reads, addresses that cannot be dialled, texts that Kuma leaves as they are.
 * Bodies have traps of their own, in `body-traps.ts`.
 */

import type { Findings } from '../../config/findings.ts'
import { members } from '../../config/formats.ts'
import { placeOperator } from '../../config/otlp-endpoint.ts'
import { since, until } from '../kuma-version.ts'
import type { TargetKind } from '../resources.ts'
import { backendMemberOf, formatMemberOf } from './backends.ts'
import { backendsIn } from './backends-in.ts'
import { warnOfBody } from './body-traps.ts'
import type { TrapContext } from './context.ts'
import { kindsFor } from './target-ref-matrix.ts'

/** For a policy that has no faults. */
export function warnOfTraps(spec: Record<string, unknown>, context: TrapContext): void {
  const { version, ofKuma, findings } = context
  const kind = members(spec['targetRef'])['kind'] as TargetKind | undefined
  if (kind !== undefined && !kindsFor(version, 'top', 'effective').has(kind)) {
    const message = `${kind} is taken by Kuma ${version}, but selects no proxy at all.\nNothing will be logged.`
    findings.warning('no_effect', 'spec.targetRef.kind', message)
  }
  for (const { backend, path } of backendsIn(spec)) {
    const member = backendMemberOf(backend)
    if (member === null || !Object.hasOwn(backend, member)) continue
    const settings = members(backend[member])
    const at = `${path}.${member}`
    warnOfUnused(backend, member, path, findings)
    if (member === 'openTelemetry') {
      if (ofKuma) warnOfOpenTelemetry(settings, at, context)
      warnOfBody(settings['body'], `${at}.body`, context)
      continue
    }
    warnOfFormat(members(settings['format']), `${at}.format`, context)
    if (member === 'tcp') warnOfAddress(String(settings['address']), `${at}.address`, context)
    else if (ofKuma && marker(settings['path'])) {
      const message = `${marker(settings['path'])} is filled in by this sink only.\nKuma writes to a file of that very name.`
      findings.warning('kuma_marker', `${at}.path`, message)
    }
  }
}

function warnOfUnused(backend: Record<string, unknown>, member: string, path: string, findings: Findings): void {
  for (const other of ['file', 'tcp', 'openTelemetry']) {
    if (other === member || !Object.hasOwn(backend, other)) continue
    findings.warning('unused', `${path}.${other}`, `has no effect with type: ${String(backend['type'])}.`)
  }
}

function warnOfFormat(format: Record<string, unknown>, path: string, { version, ofKuma, findings }: TrapContext): void {
  const member = formatMemberOf(format)
  if (member === null) return
  const other = member === 'plain' ? 'json' : 'plain'
  if (Object.hasOwn(format, other)) {
    const help = member === 'json' && ofKuma ? '\nKuma itself does not look at the type here: it takes plain.' : ''
    findings.warning('unused', `${path}.${other}`, `has no effect with type: ${String(format['type'])}.${help}`)
  }
  if (ofKuma) warnOfNewMarkers(format[member], `${path}.${member}`, { version, findings })
  if (member === 'json' && Array.isArray(format['json'])) warnOfKeys(format['json'], `${path}.json`, findings)
}

/** Of equal keys the last counts, in Kuma as here. */
function warnOfKeys(pairs: readonly unknown[], path: string, findings: Findings): void {
  const last = new Map(pairs.map((pair, i) => [members(pair)['key'], i]))
  pairs.forEach((pair, i) => {
    const { key } = members(pair)
    const winner = last.get(key)!
    if (winner !== i) {
      findings.warning('duplicate_key', `${path}[${i}].key`, `is given again by json[${winner}]; the last one is used.`)
    }
    if (marker(key)) {
      findings.warning('kuma_marker', `${path}[${i}].key`, `${marker(key)} stays as it is: only values are filled in.`)
    }
  })
}

/** What can be dialled: a host and a port, and nothing else. */
const dialled = /^(?:(?:tcp|tls):\/\/)?(?:[^\s/?#@:[\]]+|\[[0-9a-fA-F:.]+\]):(\d{1,5})$/

function warnOfAddress(address: string, path: string, { ofKuma, findings }: TrapContext): void {
  const port = Number(dialled.exec(address)?.[1] ?? -1)
  const help = 'Write host:port, such as collector:5000.'
  if (port < 0) {
    findings.warning('not_dialled', path, `is taken by Kuma, but cannot be dialled as it stands.\n${help}`)
  } else if (port < 1 || port > 65_535) {
    findings.warning('not_dialled', path, `names port ${port}, which nothing can be dialled at.\n${help}`)
  } else if (ofKuma && /:\/\//.test(address)) {
    findings.warning(
      'not_kuma',
      path,
      'begins with a scheme, which only this sink understands.\nKuma would dial a host of that name.',
    )
  }
}

const newMarkers = /%KUMA_(?:ZONE|WORKLOAD)%/

function warnOfNewMarkers(
  value: unknown,
  path: string,
  { version, findings }: Pick<TrapContext, 'version' | 'findings'>,
): void {
  if (since(version, '2.14')) return
  const found = newMarkers.exec(JSON.stringify(value) ?? '')?.[0]
  if (!found) return
  const help = `Kuma ${version} leaves it to Envoy, which refuses the listener.`
  findings.warning('kuma_marker', path, `${found} is known to Kuma from 2.14 on.\n${help}`)
}

function warnOfOpenTelemetry(
  settings: Record<string, unknown>,
  path: string,
  { version, findings }: TrapContext,
): void {
  const operator = String(settings['endpoint'] ?? '').match(placeOperator)?.[0]
  if (operator) {
    const help = operator.startsWith('%KUMA_')
      ? 'This sink fills it in; Kuma takes it for a part of the name.'
      : 'What differs from entry to entry cannot choose where it goes.'
    findings.warning('kuma_marker', `${path}.endpoint`, `Kuma does not fill in ${operator} here.\n${help}`)
  }
  const attributes = Array.isArray(settings['attributes']) ? settings['attributes'] : []
  attributes.forEach((attribute, i) => {
    const { key, value } = members(attribute)
    for (const [name, text] of Object.entries({ key, value })) {
      const found = marker(text)
      if (!found || since(version, '2.14')) continue
      const help = `Kuma ${version} leaves it to Envoy, which refuses the listener. This sink fills it in.`
      const message = `${found} is filled in by Kuma from 2.14 on.\n${help}`
      findings.warning('kuma_marker', `${path}.attributes[${i}].${name}`, message)
    }
  })
  if (until(version, '2.13')) warnOfNewMarkers(settings['body'], `${path}.body`, { version, findings })
}

/** The first marker of Kuma's in a text. */
function marker(text: unknown): string | undefined {
  return typeof text === 'string' ? /%KUMA_[A-Z_]+%/.exec(text)?.[0] : undefined
}
