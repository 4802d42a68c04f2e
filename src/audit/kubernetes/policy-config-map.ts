/**
 * A policy within a ConfigMap, as KKP keeps it (`audit-config`, key `policy.yaml`) and as others mount it: the first key that ends in `.yaml`
 * or `.yml`. Its faults are told with the line of the inner text, so that they can be found in both.
 */
import type { Excerpt, Fault } from '../../errors.ts'
import { auditGroup } from './policy.ts'
import type { PolicyReading } from './policy-finding.ts'

interface HeldPolicy {
  /** Reads the inner text. The faults' path is that of the text in the ConfigMap. */
  read(readText: (text: string) => PolicyReading): PolicyReading
}

/** Null: not a ConfigMap. */
export function policyInConfigMap(document: unknown): HeldPolicy | null {
  const { kind, metadata, data } = membersOf(document)
  if (kind !== 'ConfigMap') return null
  const name = membersOf(metadata)['name']
  const found = Object.entries(membersOf(data)).find(([key]) => /\.ya?ml$/.test(key))
  return {
    read: (readText) => {
      const own = typeof name === 'string' ? name : null
      if (!found) return withoutPolicy(own, 'data', 'has no key that ends in .yaml: there should be a policy.yaml.')
      const [key, text] = found
      const path = `data["${key}"]`
      if (typeof text !== 'string') return withoutPolicy(own, path, 'must be a text that holds a policy.')
      const reading = readText(text)
      const told = (fault: Fault) => lift(fault, path, text)
      return { ...reading, name: own, faults: reading.faults.map(told), warnings: reading.warnings.map(told) }
    },
  }
}

/** Whether it is likely that the text which the ConfigMap holds is about auditing. */
export function looksLikePolicyHolder(document: unknown): boolean {
  const { kind, metadata, data } = membersOf(document)
  if (kind !== 'ConfigMap') return false
  if (membersOf(metadata)['name'] === 'audit-config') return true
  const texts = Object.entries(membersOf(data)).filter(([key]) => /\.ya?ml$/.test(key))
  return texts.some(([, text]) => typeof text === 'string' && text.includes(`${auditGroup}/v`))
}

function withoutPolicy(name: string | null, path: string, message: string): PolicyReading {
  return { policy: null, name, faults: [{ code: 'missing', path, message }], warnings: [] }
}

function lift({ path: inner, line, column, ...fault }: Fault, path: string, text: string): Fault {
  const message = inner ? `${inner}: ${fault.message}` : fault.message
  return { ...fault, path, message, ...(line === undefined ? {} : { excerpt: excerptAt(text, line, column ?? 1) }) }
}

/** `line` and `column` are 1-based, the column in code points. */
function excerptAt(text: string, line: number, column: number): Excerpt {
  const lines = text.split('\n')
  const before = [...(lines[line - 1] ?? '')].slice(0, column - 1).join('')
  const index = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0) + before.length
  const word = /^[^\s,:{}[\]]+/.exec(text.slice(index))
  return { text, index, length: word?.[0].length ?? 1 }
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
