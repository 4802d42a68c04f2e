/**
 * The small languages inside configuration values: sizes, durations, addresses, file modes, IP addresses. Each parser answers the
 * value or a sentence that says what is expected; `schema.ts` turns sentences into faults.
 */
import { isIP, isIPv6 } from 'node:net'
import type { Address, TcpAddress } from './backend-config.ts'

/** A value, or why there is none. The sentence continues "limits.memory …": `must be …`. */
export type Parsed<T> = { readonly value: T } | { readonly fault: string }

const sizeUnits: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
  ti: 2 ** 40,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
}

/** `64MiB`, `1.5GiB`, `500kB`, or a number of bytes. Answers bytes. */
export function parseSize(input: unknown, range: { min: number; max: number }): Parsed<number> {
  const expected = 'must be a size such as 64MiB'
  const match = /^(\d+(?:\.\d+)?) ?([A-Za-z]*)$/.exec(typeof input === 'number' ? plainNumber(input) : textOf(input))
  const unit = sizeUnits[match?.[2]?.toLowerCase() ?? 'none']
  if (!match || unit === undefined) return { fault: `${expected}, not ${show(input)}.` }
  const bytes = Math.round(Number(match[1]) * unit)
  if (bytes < range.min || bytes > range.max) {
    return { fault: `must be between ${formatSize(range.min)} and ${formatSize(range.max)}, not ${show(input)}.` }
  }
  return { value: bytes }
}

/** The shortest exact spelling: `64MiB`, `1000B`. */
export function formatSize(bytes: number): string {
  for (const [name, unit] of [
    ['TiB', 2 ** 40],
    ['GiB', 2 ** 30],
    ['MiB', 2 ** 20],
    ['KiB', 2 ** 10],
  ] as const) {
    if (bytes >= unit && bytes % unit === 0) return `${bytes / unit}${name}`
  }
  return `${bytes}B`
}

const durationUnits: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

/** `1s`, `500ms`, `1.5s`, `1m30s`. Answers milliseconds; a bare number is refused, for nobody can tell its unit. */
export function parseDuration(input: unknown, range: { minMs?: number; maxMs: number }): Parsed<number> {
  const text = textOf(input)
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(text)) {
    return { fault: `must be a duration with its unit, such as 1s or 500ms, not ${show(input)}.` }
  }
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g))
    total += Number(amount) * durationUnits[unit!]!
  if (total < (range.minMs ?? 0)) return { fault: `must be at least ${range.minMs}ms, not ${show(input)}.` }
  if (total > range.maxMs) return { fault: `must be at most ${range.maxMs / 1000}s, not ${show(input)}.` }
  return { value: total }
}

/** Longest path of a Unix socket that the kernel takes, in bytes. */
const socketPathBytesMax = 107

/** `host:port`, `[::1]:port` or `unix:/path`. Port 0 lets the system choose. */
export function parseAddress(input: unknown): Parsed<Address> {
  const text = textOf(input)
  const expected = 'must be an address such as 127.0.0.1:9001, [::1]:9001 or unix:/run/als.sock'
  if (text.startsWith('unix:')) {
    const path = text.slice(5).replace(/^\/\/(?=\/)/, '')
    if (!path.startsWith('/')) return { fault: `${expected}: the path of a Unix socket must be absolute.` }
    if (Buffer.byteLength(path) > socketPathBytesMax) {
      return {
        fault: `names a Unix socket of ${Buffer.byteLength(path)} bytes; the system takes ${socketPathBytesMax}.`,
      }
    }
    return { value: { kind: 'unix', path, text: `unix:${path}` } }
  }
  const match = /^(?:\[([^\]]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/.exec(text)
  const port = Number(match?.[3])
  if (!match || port > 65_535 || (match[1] !== undefined && !isIPv6(match[1]))) {
    const hint = /^:\d+$/.test(text) ? ` For every interface write 0.0.0.0${text} or [::]${text}.` : ''
    return { fault: `${expected}, not ${show(input)}.${hint}` }
  }
  return { value: { kind: 'tcp', host: match[1] ?? match[2]!, port, text } }
}

/** A TCP destination: `host:port` or `[::1]:port`, with `tcp://` or `tls://` in front or neither; `scheme` is null then. */
export function parseTcpAddress(input: unknown): Parsed<TcpAddress & { readonly scheme: 'tcp' | 'tls' | null }> {
  const [, scheme, text = ''] = /^(?:(tcp|tls):\/\/)?(.*)$/s.exec(textOf(input))!
  const expected = 'must be an address with its port, such as logs:5000 or [::1]:5000'
  const parsed = parseAddress(text)
  if ('value' in parsed && parsed.value.kind === 'tcp' && parsed.value.port > 0) {
    return { value: { ...parsed.value, scheme: scheme === undefined ? null : (scheme as 'tcp' | 'tls') } }
  }
  const bare = isIPv6(text) ? `[${text}]` : text
  const withPort = parseAddress(`${bare}:5000`)
  const hint =
    'value' in withPort && withPort.value.kind === 'tcp' ? ` Which port? Write ${bare}:5000, or whichever it is.` : ''
  return { fault: `${expected}, not ${show(input)}.${hint}` }
}

/** Whether only this machine can reach the address. */
export function isLoopback(address: Address): boolean {
  return address.kind === 'unix' || /^(?:127\.\d+\.\d+\.\d+|::1|localhost)$/.test(address.host)
}

/** Permission bits as a string of octal digits: `"0640"`. YAML reads a bare 0640 as six hundred and forty, so it is refused. */
export function parseMode(input: unknown): Parsed<number> {
  if (typeof input !== 'string') return { fault: `must be octal digits in quotes, such as "0640", not ${show(input)}.` }
  if (!/^0?[0-7]{3}$/.test(input)) return { fault: `must be octal digits such as "0640", not ${show(input)}.` }
  return { value: Number.parseInt(input, 8) }
}

/** A time zone that this Node knows, such as Europe/Vienna. */
export function parseTimeZone(input: unknown): Parsed<string | null> {
  if (input === null) return { value: null }
  try {
    if (typeof input === 'string' && input !== '') {
      new Intl.DateTimeFormat('en', { timeZone: input })
      return { value: input }
    }
  } catch {
    // Unknown to the zone database: answered below, like any other wrong value.
  }
  return {
    fault: `must be an IANA time zone such as Europe/Vienna, or null for the process's own, not ${show(input)}.`,
  }
}

/** A bare IP address, as `%KUMA_SOURCE_ADDRESS_WITHOUT_PORT%` prints it. */
export function parseIp(input: unknown): Parsed<string | null> {
  if (input === null) return { value: null }
  if (typeof input === 'string' && isIP(input) !== 0) return { value: input }
  return { fault: `must be an IP address without a port, such as 10.0.0.3, not ${show(input)}.` }
}

/** A value as it may stand in a message: JSON, shortened. */
export function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : (JSON.stringify(value) ?? String(value))
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

function textOf(input: unknown): string {
  return typeof input === 'string' ? input.trim() : ''
}

function plainNumber(n: number): string {
  return Number.isSafeInteger(n) && n >= 0 ? String(n) : ''
}
