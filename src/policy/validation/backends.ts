/**
 * The rules of `default.backends`: which member a backend needs, and what Kuma asks of paths, addresses and formats. Their types are
 * `policy-schema.ts`, which has been satisfied before; OpenTelemetry's own rules are `open-telemetry.ts`.
 */

import type { Findings } from '../../config/findings.ts'
import { members } from '../../config/formats.ts'
import { until } from '../kuma-version.ts'
import { isAddress } from './address.ts'
import type { BackendContext } from './context.ts'
import { checkOpenTelemetry } from './open-telemetry.ts'

const backendMembers = ['file', 'tcp', 'openTelemetry'] as const
export type BackendMember = (typeof backendMembers)[number]
const memberOfType: Readonly<Record<string, BackendMember>> = {
  File: 'file',
  Tcp: 'tcp',
  OpenTelemetry: 'openTelemetry',
}

/** `path`: of `default`. */
export function checkDefault(settings: unknown, path: string, context: BackendContext): void {
  const { backends } = members(settings)
  if (!Array.isArray(backends)) {
    const help = 'Write a list of backends; an empty one, [], logs nowhere.'
    context.findings.fault('missing', `${path}.backends`, `must be defined.\n${help}`)
    return
  }
  backends.forEach((backend, i) => {
    checkBackend(members(backend), `${path}.backends[${i}]`, context)
  })
}

/**
 * The member that a backend is read from: the one its `type` names; without a type, which only 2.2 allows, the first that is there, file
 * before tcp before openTelemetry. Null: there is none.
 */
export function backendMemberOf(backend: Record<string, unknown>): BackendMember | null {
  if (backend['type'] !== undefined) return memberOfType[String(backend['type'])] ?? null
  return backendMembers.find((name) => Object.hasOwn(backend, name)) ?? null
}

function checkBackend(backend: Record<string, unknown>, path: string, context: BackendContext): void {
  const { version, findings } = context
  const untyped = until(version, '2.2')
  if (untyped && backendMembers.filter((name) => Object.hasOwn(backend, name)).length !== 1) {
    const text = 'backend must have only one type defined: tcp, file, openTelemetry'
    findings.fault('conflict', path, `${text}.\nWrite each as a backend of its own.`)
  }
  // 2.2 has no `type`, so it is no more than a member that nobody knows.
  const { type: _, ...withoutType } = backend
  const member = backendMemberOf(untyped ? withoutType : backend)
  if (member === null) return
  const at = `${path}.${member}`
  if (!Object.hasOwn(backend, member)) {
    const other = backendMembers.find((name) => Object.hasOwn(backend, name))
    const help = other ? `\nThere is ${other}, but the type says ${String(backend['type'])}.` : ''
    findings.fault('missing', at, `must be defined.${help}`)
    return
  }
  const settings = members(backend[member])
  if (member === 'openTelemetry') {
    checkOpenTelemetry(settings, at, context)
    return
  }
  if (settings['format'] !== undefined) checkFormat(members(settings['format']), `${at}.format`, context)
  if (member === 'file') checkPath(settings['path'], `${at}.path`, findings)
  else checkAddress(settings['address'], `${at}.address`, context)
}

/** Absolute on Unix, or on a Windows drive. Kuma looks no further: blanks, wildcards and newlines are fine. */
const filePath = /^(?:\/[^\0]*|[a-zA-Z]:\\(?:[^\\/:*?"<>|\r\n]+\\)*[^\\/:*?"<>|\r\n]*)$/

function checkPath(path: unknown, at: string, findings: Findings): void {
  if (filePath.test(String(path))) return
  const help = 'Write an absolute path, such as /var/log/mesh.log or /dev/stdout.'
  findings.fault('wrong_value', at, `file backend requires a valid path.\n${help}`)
}

function checkAddress(address: unknown, at: string, { extensions, findings }: BackendContext): void {
  const text = String(address)
  if (isAddress(extensions ? text.replace(/^tls:\/\//, 'tcp://') : text)) return
  findings.fault(
    'wrong_value',
    at,
    'tcp backend requires valid address.\nWrite host:port, such as collector:5000 or [::1]:5000.',
  )
}

/** The member of a format that is read: what `type` names, else the one that is there. */
export function formatMemberOf(format: Record<string, unknown>): 'plain' | 'json' | null {
  if (format['type'] === 'Plain') return 'plain'
  if (format['type'] === 'Json') return 'json'
  return (['plain', 'json'] as const).find((name) => Object.hasOwn(format, name)) ?? null
}

function checkFormat(format: Record<string, unknown>, path: string, { version, findings }: BackendContext): void {
  const untyped = until(version, '2.2')
  if (untyped && Object.hasOwn(format, 'plain') === Object.hasOwn(format, 'json')) {
    findings.fault('conflict', path, 'format must have only one type defined: plain, json.\nKeep one of the two.')
  }
  const { type: _, ...withoutType } = format
  const member = formatMemberOf(untyped ? withoutType : format)
  if (member === null) return
  const value = format[member]
  if (value === undefined) {
    findings.fault('missing', `${path}.${member}`, `must be defined.\nThe type says ${String(format['type'])}.`)
  } else if (value === '' || (Array.isArray(value) && value.length === 0)) {
    const help = 'For the default format leave `format` out altogether.'
    findings.fault('wrong_value', `${path}.${member}`, `must not be empty.\n${help}`)
  } else if (Array.isArray(value)) {
    value.forEach((pair, i) => {
      checkPair(members(pair), `${path}.json[${i}]`, findings)
    })
  }
}

function checkPair(pair: Record<string, unknown>, path: string, findings: Findings): void {
  const { key = '', value = '' } = pair as { key?: string; value?: string }
  if (key === '') findings.fault('wrong_value', `${path}.key`, 'key cannot be empty.')
  if (value === '') findings.fault('wrong_value', `${path}.value`, 'value cannot be empty.')
  if (isJsonPair(key, value)) return
  if (isJsonPair(key, value.replaceAll('"', ''))) {
    const help =
      'Kuma refuses it, though its documentation shows such values: is not a valid JSON object. Here it is escaped in the line.'
    findings.warning('json_quotes', `${path}.value`, `holds a double quote, which becomes part of the value.\n${help}`)
    return
  }
  const help =
    'Kuma puts key and value between double quotes as they are: leave quotes, backslashes and line breaks out.'
  findings.fault('wrong_value', path, `is not a valid JSON object.\n${help}`)
}

/** Kuma's own test: both are pasted into JSON, escapes and all. */
function isJsonPair(key: string, value: string): boolean {
  try {
    JSON.parse(`{"${key}": "${value}"}`)
    return true
  } catch {
    // Not JSON, which is what was asked.
    return false
  }
}
