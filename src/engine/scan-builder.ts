/**
 * Collects which fields of an entry are wanted, and lays out their slots. Field numbers come from the schema; a field that several
 * leaves want is noted once.
 */
import type { ByteString } from '../format/byte-string.ts'
import { type FieldInfo, type MessageInfo, resolveFieldPath } from '../schema/field-path.ts'
import type { OneofCase, ScanAction, ScanField, ScanMessage, Slot, SlotName } from './plan.ts'

interface Node {
  readonly info: MessageInfo
  readonly path: string
  present: boolean
  readonly wants: Map<string, Want>
}

type Want =
  | { readonly kind: 'span' | 'position' }
  | { readonly kind: 'bit'; readonly slot: SlotName; readonly bit: number; readonly equals: number | null }
  | { readonly kind: 'message'; readonly node: Node }
  | { readonly kind: 'map'; readonly keys: Set<ByteString>; readonly anyCase: boolean }
  | { readonly kind: 'list' }

export class ScanBuilder {
  readonly #root: Node
  /** The messages on the way to what is wanted, by their paths. */
  readonly #messages = new Map<string, Node>()
  readonly #bitSlots = new Set<SlotName>()
  #slots: Slot[] = []
  #nextIndex = 0

  constructor(entry: MessageInfo) {
    this.#root = { info: entry, path: '', present: false, wants: new Map() }
  }

  get entry(): MessageInfo {
    return this.#root.info
  }

  /** A string or bytes field. */
  span(path: string): SlotName {
    return this.#leaf(path, { kind: 'span' })
  }

  /** A varint field. */
  position(path: string): SlotName {
    return this.#leaf(path, { kind: 'position' })
  }

  /** Whether a message occurred. */
  present(path: string): SlotName {
    this.#message(path).present = true
    return path
  }

  /** The member that a oneof of the message at `path` holds. */
  oneof(path: string, name: string): SlotName {
    return join(path, name)
  }

  /** A value of a map from strings to strings or messages. `anyCase`: the key in lower case; the same for all keys of a map. */
  mapValue(path: string, key: ByteString, { anyCase = false } = {}): SlotName {
    const { node, field } = this.#owner(path)
    const want = node.wants.get(field.name) ?? { kind: 'map', keys: new Set<ByteString>(), anyCase }
    if (want.kind === 'map') want.keys.add(key)
    node.wants.set(field.name, want)
    return mapSlot(path, key)
  }

  /** The elements of a repeated message, as spans. */
  list(path: string): SlotName {
    return this.#leaf(path, { kind: 'list' })
  }

  /** A bit of the mask `slot` that follows a bool or enum field. */
  bit(slot: SlotName, path: string, bit: number, equals: number | null): void {
    this.#bitSlots.add(slot)
    this.#leaf(path, { kind: 'bit', slot, bit, equals })
  }

  /** What the schema says of the field at `path`; wants nothing. */
  field(path: string): FieldInfo {
    return resolveFieldPath(this.#root.info, path).at(-1)!
  }

  /** The walk, and the slots in the order in which it fills them. Call once. */
  finish(): { readonly scan: ScanMessage; readonly slots: readonly Slot[] } {
    const scan = this.#layOut(this.#root)
    return { scan, slots: this.#slots }
  }

  #leaf(path: string, want: Want): SlotName {
    const { node, field } = this.#owner(path)
    node.wants.set(field.name, want)
    return path
  }

  #owner(path: string): { node: Node; field: FieldInfo } {
    const dot = path.lastIndexOf('.')
    const node = dot < 0 ? this.#root : this.#message(path.slice(0, dot))
    return { node, field: node.info.field(path.slice(dot + 1)) }
  }

  #message(path: string): Node {
    const known = this.#messages.get(path)
    if (known) return known
    let node = this.#root
    for (const field of resolveFieldPath(this.#root.info, path)) {
      let want = node.wants.get(field.name)
      if (want?.kind !== 'message') {
        want = {
          kind: 'message',
          node: { info: field.message!, path: join(node.path, field.name), present: false, wants: new Map() },
        }
        node.wants.set(field.name, want)
      }
      node = want.node
    }
    this.#messages.set(path, node)
    return node
  }

  /** Slots of a subtree lie side by side, so that one function can scan every message of the same shape. */
  #layOut(node: Node): ScanMessage {
    if (node.present) this.#slot(node.path, 'present')
    if (this.#bitSlots.has(node.path)) this.#slot(node.path, 'bits')
    const oneofs = new Set(
      node.info.fields.filter((field) => node.wants.has(field.name) && field.oneof).map((field) => field.oneof!),
    )
    for (const name of oneofs) this.#slot(join(node.path, name), 'case')

    const fields: { info: FieldInfo; action: ScanAction; slots: SlotName[] }[] = []
    for (const info of node.info.fields) {
      const want = node.wants.get(info.name)
      if (!want && !(info.oneof && oneofs.has(info.oneof))) continue
      const before = this.#slots.length
      const action: ScanAction = want ? this.#action(join(node.path, info.name), info, want) : { kind: 'none' }
      fields.push({ info, action, slots: this.#slots.slice(before).map((slot) => slot.name) })
    }
    const oneofCase = (info: FieldInfo, name: string): OneofCase => {
      const others = fields.filter((other) => other.info !== info && other.info.oneof === name)
      return { slot: join(node.path, name), clear: others.flatMap((other) => other.slots) }
    }
    return {
      message: node.info.name,
      fields: fields.map(({ info, action }): ScanField => {
        const oneof = info.oneof ? oneofCase(info, info.oneof) : null
        return { name: info.name, number: info.number, tag: info.tag, type: info.type, oneof, action }
      }),
    }
  }

  #action(path: string, info: FieldInfo, want: Want): ScanAction {
    switch (want.kind) {
      case 'span':
      case 'position':
        return { kind: want.kind, slot: this.#slot(path, want.kind) }
      case 'bit':
        return want
      case 'message':
        return { kind: 'message', present: want.node.present ? path : null, scan: this.#layOut(want.node) }
      case 'map': {
        const { key, value } = info.map!
        const keys = [...want.keys].map((name) => ({ key: name, slot: this.#slot(mapSlot(path, name), 'span') }))
        return { kind: 'map', keyTag: key.tag, valueTag: value.tag, anyCase: want.anyCase, keys }
      }
      case 'list':
        return { kind: 'append', slot: this.#slot(path, 'list') }
    }
  }

  #slot(name: SlotName, kind: Slot['kind']): SlotName {
    this.#slots.push({ name, kind, index: this.#nextIndex })
    this.#nextIndex += slotSize(kind)
    return name
  }
}

/** How many numbers a slot takes. */
export function slotSize(kind: Slot['kind']): number {
  return kind === 'span' || kind === 'list' ? 2 : 1
}

const join = (path: string, name: string) => (path ? `${path}.${name}` : name)
const mapSlot = (path: string, key: ByteString): SlotName => `${path}[${JSON.stringify(key)}]`
