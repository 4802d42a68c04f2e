/**
 * Where secrets lie in an object, as a tree of keys: walked down by the object itself, by a merge patch, which is a part of one, or by
 * the path of a JSON patch operation, whose value is what lies there.
 */

/** What is below a key: its value is masked, the member is cut, or there is more to look at. */
export type Shape = 'mask' | 'cut' | ReadonlyMap<string, Shape>

/** The key that stands for all others. */
const any = '*'

/** Holds the whole manifest once more. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'

function shapeOf(...values: readonly string[]): ReadonlyMap<string, Shape> {
  const masked: Shape = new Map([[any, 'mask']])
  const annotations: Shape = new Map([[lastApplied, 'cut']])
  const metadata: Shape = new Map([['annotations', annotations]])
  return new Map([['metadata', metadata], ...values.map((key) => [key, masked] as const)])
}

export interface SecretKind {
  readonly kind: string
  readonly resource: string
  /** That switches it on. */
  readonly option: 'secrets' | 'configMaps'
  /** Noted when something of it was redacted. */
  readonly rule: string
  readonly shape: ReadonlyMap<string, Shape>
  /** Whether large values are hashed as well. */
  readonly large: boolean
}

/** All of the core group. */
export const kinds: readonly SecretKind[] = [
  {
    kind: 'Secret',
    resource: 'secrets',
    option: 'secrets',
    rule: 'secret',
    shape: shapeOf('data', 'stringData', 'binaryData'),
    large: true,
  },
  {
    kind: 'ConfigMap',
    resource: 'configmaps',
    option: 'configMaps',
    rule: 'configmap',
    shape: shapeOf('data', 'binaryData'),
    large: false,
  },
]

/** What is known of a value that lies below `key`; undefined: nothing secret there. */
export function below(shape: ReadonlyMap<string, Shape>, key: string): Shape | undefined {
  return shape.get(key) ?? shape.get(any)
}

/** Whether all values are masked, whatever their keys. */
export function masksAll(shape: ReadonlyMap<string, Shape>): boolean {
  return shape.size === 1 && shape.get(any) === 'mask'
}

/** What `below` answers, of a JSON pointer. Below a masked value everything is. */
export function atPointer(shape: Shape, pointer: string): Shape | undefined {
  const keys = pointer.split('/').slice(1)
  let found: Shape | undefined = shape
  for (const key of keys) {
    if (found === undefined || typeof found === 'string') return found
    found = below(found, key.replaceAll('~1', '/').replaceAll('~0', '~'))
  }
  return found
}

/** Whether a value that ought to be an object there, and is none, may hold the secrets themselves. */
export function holdsSecrets(shape: ReadonlyMap<string, Shape>): boolean {
  return shape.has(any)
}
