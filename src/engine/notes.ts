/**
 * What the people who set up the proxy should know about a format that compiles: headers that its logger must list, and operators
 * that their Envoy does not have. `als-sink check` prints these as warnings.
 */
import { toText } from '../format/byte-string.ts'
import { carriageOf, tagPrefix } from '../format/custom-tag.ts'
import type { JsonTemplate, OperatorCall, Template, TextTemplate } from '../format/template.ts'

export interface FormatNote {
  readonly code: 'logger_setting' | 'custom_tag' | 'envoy_version'
  readonly message: string
}

/** `envoyVersion`: `1.36`, `1.36.4`; null: no opinion. */
export function noteTemplate(template: Template, envoyVersion: string | null): FormatNote[] {
  const calls = operatorCalls(template).flatMap(withMembers)
  return [
    ...settingNotes(calls),
    ...tagNotes(calls),
    ...(envoyVersion === null ? [] : versionNotes(calls, envoyVersion)),
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

const withMembers = (call: OperatorCall): OperatorCall[] => [call, ...call.members.flatMap(withMembers)]

/** All operators of a format, as written; those inside of others are found in `members`. */
export function operatorCalls(template: Template): OperatorCall[] {
  return template.kind === 'text' ? callsOf(template.parts) : jsonCalls(template.root)
}

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
