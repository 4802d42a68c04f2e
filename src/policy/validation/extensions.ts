/**
 * What this sink takes although a version of Kuma does not, brought into the form that it does take: backends and formats of 2.2, which
 * had no `type`, in a policy for a later version.
 */
import { isObject } from '../../config/formats.ts'

const backendTypes = { file: 'File', tcp: 'Tcp', openTelemetry: 'OpenTelemetry' }
const formatTypes = { plain: 'Plain', json: 'Json' }

/** The document with the types that go without saying: those where exactly one member is there. The same object if none is missing. */
export function fillTypes(document: unknown): unknown {
  return change(document, 'spec', (spec) =>
    ['to', 'from', 'rules'].reduce(
      (filled, place) =>
        change(filled, place, (items) =>
          mapList(items, (item) =>
            change(item, 'default', (settings) => change(settings, 'backends', (list) => mapList(list, fillBackend))),
          ),
        ),
      spec,
    ),
  )
}

function fillBackend(backend: unknown): unknown {
  const typed = fill(backend, backendTypes)
  return ['file', 'tcp'].reduce(
    (filled, member) =>
      change(filled, member, (settings) => change(settings, 'format', (format) => fill(format, formatTypes))),
    typed,
  )
}

function fill(value: unknown, types: Readonly<Record<string, string>>): unknown {
  if (!isObject(value) || Object.hasOwn(value, 'type')) return value
  const [member, second] = Object.keys(types).filter((name) => Object.hasOwn(value, name))
  return member === undefined || second !== undefined ? value : { type: types[member], ...value }
}

function change(value: unknown, key: string, to: (member: unknown) => unknown): unknown {
  if (!isObject(value) || !Object.hasOwn(value, key)) return value
  const member = to(value[key])
  return member === value[key] ? value : { ...value, [key]: member }
}

function mapList(value: unknown, to: (item: unknown) => unknown): unknown {
  if (!Array.isArray(value)) return value
  const changed = value.map(to)
  return changed.every((item, i) => item === value[i]) ? value : changed
}
