/**
 * What is known once a stream is, or once an entry of it has shown where it comes from: the values of the KUMA_* operators. In order: what
 * the entry's custom tags and the documents about its proxy say; a log name of Kuma's structured kind; the node of a Kuma proxy; the
 * configuration; last a node id of Kuma's kind, which other proxies may have by chance.
 */
import { toByteString } from '../format/byte-string.ts'
import type { KumaName } from '../format/source.ts'
import type { Identifier } from '../identifier.ts'
import { escapeJson, escapePiece } from '../render/json-escape.ts'
import { createRun, type Run } from '../render/run.ts'
import { encodeField } from './otlp-bytes.ts'
import type { Step, StreamPart } from './plan.ts'

/** Values of the KUMA_* operators; a name without a value is absent. */
export type KumaValues = Readonly<Partial<Record<KumaName, string>>>

/**
 *     log_name = "kuma:" mesh ":" dataplane ":" direction ":" protocol ":" destination     each part URL-encoded
 *     node.id  = mesh "." dataplane                                                        node.cluster = service
 *
 * Mesh names hold no dot. Unless the node says that it is Kuma's, its id is only read where `configured` is silent.
 */
export function kumaValuesOf(
  { logName, nodeId, nodeCluster, isKuma = false }: Identifier,
  configured: KumaValues,
  known: KumaValues = {},
): KumaValues {
  const fromNode: KumaValues = nodeId.includes('.')
    ? { mesh: nodeId.slice(0, nodeId.indexOf('.')), ...(nodeCluster ? { sourceService: nodeCluster } : {}) }
    : {}
  const guessed = isKuma ? {} : fromNode
  const told = isKuma ? fromNode : {}
  return { ...guessed, ...configured, ...told, ...kumaValuesOfLogName(logName), ...known }
}

/** Of `kuma:<mesh>:<dataplane>:<direction>:<protocol>:<destination>`; any other log name says nothing. */
export function kumaValuesOfLogName(logName: string): KumaValues {
  const [prefix, mesh, , direction, , destination] = logName.split(':')
  if (prefix !== 'kuma' || destination === undefined) return {}
  const values: Partial<Record<KumaName, string>> = {}
  if (mesh) values.mesh = decode(mesh)
  if (direction) values.trafficDirection = decode(direction).toUpperCase()
  if (destination) values.destinationService = decode(destination)
  return values
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    // A stray percent sign: then nobody encoded it, and the text is meant as it is.
    return part
  }
}

/** The same values where text formats escape control characters: `\n`, `\r`, `\t`, and `\u00xx` for the others. */
export function escapeValues(values: KumaValues): KumaValues {
  const escaped = Object.entries(values).map(([name, value]) => [
    name,
    value.replace(/[\x00-\x1f\x7f]/g, escapeControl),
  ])
  return Object.fromEntries(escaped)
}

const letters: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function escapeControl(char: string): string {
  return letters[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** A stream run, as generated code takes it. */
export function evaluateRun(parts: readonly StreamPart[], values: KumaValues): Run {
  return createRun(parts.map((part) => evaluate(part, values) ?? '').join(''))
}

/** Null: absent, and takes the member around it along. */
function evaluate(part: StreamPart, values: KumaValues): string | null {
  switch (part.kind) {
    case 'literal':
      return part.bytes
    case 'member': {
      const value = evaluate(part.value, values)
      return value === null ? null : `${part.key}${value},`
    }
    case 'field': {
      const inner = part.parts.map((each) => evaluate(each, values))
      return inner.includes(null) ? '' : encodeField(part, inner.join(''))
    }
    case 'kuma': {
      const value = values[part.name]
      if (value === undefined) return part.absent
      const text = toByteString(part.form === 'withPort' ? withPort(value) : value)
      return part.as === 'text' ? text : part.as === 'json' ? escapeJson(text) : escapePiece(text)
    }
  }
}

/** `10.0.0.3:0`, `[fd00::3]:0`: how Kuma joins its own address with the port that nobody uses. */
const withPort = (address: string) => (address.includes(':') ? `[${address}]:0` : `${address}:0`)

/** The stream runs of a plan, in the order of its steps: what programs call `runs[i]`. */
export function streamRunsOf(steps: readonly Step[]): (readonly StreamPart[])[] {
  return steps.flatMap((step) => {
    switch (step.kind) {
      case 'streamRun':
        return [step.parts]
      case 'member':
        return streamRunsOf([step.value])
      case 'group':
        return streamRunsOf(step.members)
      case 'field':
        return streamRunsOf(step.steps)
      default:
        return []
    }
  })
}
