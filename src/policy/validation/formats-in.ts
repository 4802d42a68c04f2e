/**
 * The formats that a policy holds, as they were written and with their places, for those who compile them. Default formats are not among
 * them.
 */
import { members } from '../../config/formats.ts'
import { backendMemberOf, formatMemberOf } from './backends.ts'
import { backendsIn } from './backends-in.ts'

interface Pair {
  readonly key: string
  readonly value: string
}

/** `path`: of the text, of the list of pairs, or of `openTelemetry`, whose body and attributes are one format. */
export type WrittenFormat =
  | { readonly kind: 'plain'; readonly path: string; readonly plain: string }
  | { readonly kind: 'json'; readonly path: string; readonly pairs: readonly Pair[] }
  | {
      readonly kind: 'openTelemetry'
      readonly path: string
      /** Undefined: none. */
      readonly body: unknown
      readonly attributes: readonly Pair[]
    }

/** For a policy that some version takes; what has another type than it should have is left out. */
export function formatsIn(document: unknown): WrittenFormat[] {
  return backendsIn(members(document)['spec']).flatMap(({ backend, path }): WrittenFormat[] => {
    const member = backendMemberOf(backend)
    if (member === null) return []
    const settings = members(backend[member])
    const at = `${path}.${member}`
    if (member === 'openTelemetry') {
      const attributes = pairs(settings['attributes'])
      return [{ kind: 'openTelemetry', path: at, body: settings['body'], attributes }]
    }
    const format = members(settings['format'])
    const name = formatMemberOf(format)
    if (name === 'json') return [{ kind: 'json', path: `${at}.format.json`, pairs: pairs(format['json']) }]
    const { plain } = format
    return name === null || typeof plain !== 'string' ? [] : [{ kind: 'plain', path: `${at}.format.plain`, plain }]
  })
}

function pairs(value: unknown): Pair[] {
  const text = (part: unknown) => (typeof part === 'string' ? part : '')
  const list = Array.isArray(value) ? value : []
  return list.map((pair) => ({ key: text(members(pair)['key']), value: text(members(pair)['value']) }))
}
