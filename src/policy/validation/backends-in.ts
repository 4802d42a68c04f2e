/** All backends of a policy as it was written, with their places, whatever else is right or wrong about it. */
import { members } from '../../config/formats.ts'

export interface WrittenBackend {
  readonly backend: Record<string, unknown>
  /** `spec.to[0].default.backends[1]`. */
  readonly path: string
}

/** `spec`: of the document. */
export function backendsIn(spec: unknown): WrittenBackend[] {
  return ['to', 'from', 'rules'].flatMap((place) =>
    list(members(spec)[place]).flatMap((item, i) =>
      list(members(members(item)['default'])['backends']).map((backend, j) => ({
        backend: members(backend),
        path: `spec.${place}[${i}].default.backends[${j}]`,
      })),
    ),
  )
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
