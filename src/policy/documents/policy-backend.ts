/** The backends of a MeshAccessLog and their formats, with `type` (2.3 and later) or without (2.2). */
import type { PolicyBackend, PolicyFormat, PolicyOpenTelemetry } from '../resources.ts'
import { adoptBody } from '../validation/body.ts'
import type { Fields } from './fields.ts'

/** `configuration`: the `default` of an item or a rule. */
export function readBackends(configuration: Fields): PolicyBackend[] {
  return configuration.objects('backends').flatMap((backend) => readBackend(backend) ?? [])
}

const memberOf = { File: 'file', Tcp: 'tcp', OpenTelemetry: 'openTelemetry' } as const
const types = Object.keys(memberOf) as (keyof typeof memberOf)[]

/** Where there is a type it alone counts; 2.2 has none, and one member. Null: neither, which is a fault. */
function readBackend(backend: Fields): PolicyBackend | null {
  const { path } = backend
  const type = backend.text('type') ?? types.find((each) => backend.has(memberOf[each])) ?? null
  switch (type) {
    case 'File': {
      const file = backend.object('file')
      return { type, path, file: { path: file.needText('path'), format: readFormat(file) } }
    }
    case 'Tcp': {
      const tcp = backend.object('tcp')
      return { type, path, tcp: { address: tcp.needText('address'), format: readFormat(tcp) } }
    }
    case 'OpenTelemetry':
      return { type, path, openTelemetry: readOpenTelemetry(backend.object('openTelemetry')) }
    default:
      backend.fault('missing', 'type', 'must be File, Tcp or OpenTelemetry.')
      return null
  }
}

/** Null: the default format. */
function readFormat(owner: Fields): PolicyFormat | null {
  if (!owner.has('format')) return null
  const format = owner.object('format')
  const type = format.text('type') ?? (format.has('json') ? 'Json' : 'Plain')
  const omitEmptyValues = format.flag('omitEmptyValues')
  if (type === 'Json') return { type, plain: '', json: readPairs(format, 'json'), omitEmptyValues }
  return { type: 'Plain', plain: format.needText('plain'), json: [], omitEmptyValues }
}

function readOpenTelemetry(openTelemetry: Fields): PolicyOpenTelemetry {
  const backendRef = openTelemetry.has('backendRef') ? openTelemetry.object('backendRef').texts('labels') : null
  const body = openTelemetry.value('body')
  return {
    endpoint: openTelemetry.text('endpoint'),
    backendRef,
    attributes: readPairs(openTelemetry, 'attributes'),
    body: body === undefined ? undefined : adoptBody(body).body,
  }
}

function readPairs(owner: Fields, key: string): { key: string; value: string }[] {
  return owner.objects(key).map((pair) => ({ key: pair.text('key') ?? '', value: pair.text('value') ?? '' }))
}
