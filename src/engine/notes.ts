/**
 * What the people who set up the proxy should know about a format that compiles: headers that its logger must list, and operators
 * that their Envoy does not have. `als-sink check` prints these as warnings.
 */
import { toText } from '../format/byte-string.ts'
import { carriageOf, tagPrefix } from '../format/custom-tag.ts'
import type {
  AnyValueTemplate,
  JsonTemplate,
  KeyValueTemplate,
  LogRecordTemplate,
  OperatorCall,
  Template,
  TextTemplate,
} from '../format/template.ts'

export interface FormatNote {
  readonly code: 'logger_setting' | 'custom_tag' | 'envoy_version' | 'misplaced_values'
  readonly message: string
}

/** `envoyVersion`: `1.36`, `1.36.4`; null: no opinion. */
export function noteTemplate(template: Template, envoyVersion: string | null): FormatNote[] {
  const calls = operatorCalls(template).flatMap(withMembers)
  return [
    ...settingNotes(calls),
    ...tagNotes(calls),
    ...(envoyVersion === null ? [] : versionNotes(calls, envoyVersion)),
    ...(template.kind === 'logRecord' ? placeNotes(template.record) : []),
  ]
}

/** One note for each list of the logger, with all names that the format wants there. */
function settingNotes(calls: readonly OperatorCall[]): FormatNote[] {
  const lists = new Map<string, Set<string>>()
  for (const { operator, argument } of calls) {
    for (const setting of operator.settings?.(argument) ?? []) {
      if (setting.names.length === 0) continue
      const names = lists.get(setting.list) ?? new Set()
      for (const name of setting.names) names.add(toText(name))
      lists.set(setting.list, names)
    }
  }
  return [...lists].map(([list, names]) => ({
    code: 'logger_setting',
    message: `Envoy sends these only when its gRPC logger lists them: ${list}: [${[...names].map((name) => JSON.stringify(name)).join(', ')}].`,
  }))
}

/** Operators that print nothing until the proxy ships them. */
function tagNotes(calls: readonly OperatorCall[]): FormatNote[] {
  const uses = new Set(calls.filter(isNotCarried).map(({ written }) => toText(written)))
  return [...uses].map((use) => ({
    code: 'custom_tag',
    message: `No entry carries ${use}: it is absent until Envoy's logger ships it as the custom tag ${JSON.stringify(tagPrefix + use)}. \`als-sink envoy\` prints the logger's configuration.`,
  }))
}

const isNotCarried = ({ operator, argument }: OperatorCall) => carriageOf(operator, argument).verdict === 'notCarried'

function versionNotes(calls: readonly OperatorCall[], envoyVersion: string): FormatNote[] {
  const written = new Map<string, string>()
  for (const { operator, argument, maxLength, written: use } of calls) {
    const since =
      operator.since ??
      (argument === '' ? undefined : operator.argumentSince) ??
      (maxLength === null ? undefined : operator.lengthSince)
    if (since && isOlder(envoyVersion, since)) written.set(use, since)
  }
  return [...written].map(([use, since]) => ({
    code: 'envoy_version',
    message: `${toText(use)} works here, but Envoy ${envoyVersion} itself takes it only from ${since} on.`,
  }))
}

/** Kuma itself reads no body at all there. */
function placeNotes({ body, attributes }: LogRecordTemplate): FormatNote[] {
  const misplaced = (value: AnyValueTemplate): string[] => {
    if (value.kind !== 'array' && value.kind !== 'kvlist') return []
    const inner = value.kind === 'array' ? value.values : value.values.map((pair) => pair.value)
    return [...(value.misplaced === null ? [] : [value.misplaced]), ...inner.flatMap(misplaced)]
  }
  const roots = [...(body ? [body] : []), ...attributes.map(({ value }) => value)]
  return roots.flatMap(misplaced).map((path) => ({
    code: 'misplaced_values',
    message: `${path} is read as if it stood inside of the empty member beside it. Indent it: Kuma itself does not read it here.`,
  }))
}

const withMembers = (call: OperatorCall): OperatorCall[] => [call, ...call.members.flatMap(withMembers)]

/** All operators of a format, as written; those inside of others are found in `members`. */
export function operatorCalls(template: Template): OperatorCall[] {
  switch (template.kind) {
    case 'text':
      return callsOf(template.parts)
    case 'json':
      return jsonCalls(template.root)
    case 'logRecord': {
      const { body, attributes, traceHeaders } = template.record
      return [...(body ? anyCalls(body) : []), ...attributes.flatMap(pairCalls), ...traceHeaders]
    }
  }
}

function anyCalls(value: AnyValueTemplate): OperatorCall[] {
  switch (value.kind) {
    case 'text':
      return callsOf(value.parts)
    case 'array':
      return value.values.flatMap(anyCalls)
    case 'kvlist':
      return value.values.flatMap(pairCalls)
    default:
      return []
  }
}

const pairCalls = ({ key, value }: KeyValueTemplate): OperatorCall[] => [...callsOf(key), ...anyCalls(value)]

export function isOlder(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [thanMajor = 0, thanMinor = 0] = than.split('.').map(Number)
  return major < thanMajor || (major === thanMajor && minor < thanMinor)
}

function callsOf(parts: TextTemplate): OperatorCall[] {
  return parts.flatMap((part) => (part.kind === 'operator' ? [part.call] : []))
}

function jsonCalls(node: JsonTemplate): OperatorCall[] {
  switch (node.kind) {
    case 'constant':
      return []
    case 'text':
      return callsOf(node.parts)
    case 'list':
      return node.items.flatMap(jsonCalls)
    case 'object':
      return node.members.flatMap(({ value }) => jsonCalls(value))
  }
}
