/**
 * Redacts the bodies of an event about objects of one kind, whatever form the body has: the object, a part of it (merge patch), a list, a
 * Table, or the operations of a JSON patch. What has none of these forms is masked whole: nobody knows what it says.
 */
import { braceOpen, bracketOpen } from '../json/bytes.ts'
import type { Edits } from '../json/edits.ts'
import type { Span } from '../json/scanner.ts'
import { findMember, keyIs, keyOf, stringOf } from '../json/text.ts'
import type { Event } from '../kubernetes/event.ts'
import type { Body } from './about.ts'
import { type HmacKey, markedValue } from './marker.ts'
import { atPointer, below, holdsSecrets, type SecretKind, type Shape } from './secret-shape.ts'

const nullByte = 0x6e

/** Notes what has to go. The event must have been read from the bytes that the edits are for. */
export class ObjectRedaction {
  readonly #event: Event
  readonly #key: HmacKey
  readonly #edits: Edits
  /** Those of the kinds of which something was redacted. */
  readonly rules = new Set<string>()

  constructor(event: Event, key: HmacKey, edits: Edits) {
    this.#event = event
    this.#key = key
    this.#edits = edits
  }

  /** A whole body. */
  body(kind: SecretKind, body: Body): void {
    switch (this.#event.bytes[body.at]) {
      case braceOpen:
        for (const { at } of body.objects) this.object(kind, at)
        break
      case bracketOpen:
        for (const operation of this.#event.scanner.items(body.at)) this.#operation(kind, operation)
        break
      default:
        this.#mask(kind, body)
    }
  }

  /** The object that begins at `at`. */
  object(kind: SecretKind, at: number): void {
    this.#walk(kind, kind.shape, { at, end: at })
  }

  /** One of a JSON patch: `{ op, path, value }`. */
  #operation(kind: SecretKind, operation: Span): void {
    const { bytes, scanner } = this.#event
    if (bytes[operation.at] !== braceOpen) {
      this.#mask(kind, operation)
      return
    }
    const { members } = scanner.members(operation.at)
    const path = findMember(bytes, members, 'path')
    const pointer = path && stringOf(bytes, path)
    for (const member of members) {
      if (!keyIs(bytes, member, 'value')) continue
      // Without a path it is no operation, and may be anything.
      const shape = typeof pointer === 'string' ? atPointer(kind.shape, pointer) : 'mask'
      if (shape !== undefined) this.#walk(kind, shape, member)
    }
  }

  #walk(kind: SecretKind, shape: Shape, value: Span): void {
    const { bytes, scanner } = this.#event
    if (typeof shape === 'string' || bytes[value.at] !== braceOpen) {
      if (typeof shape === 'string' || holdsSecrets(shape) || shape === kind.shape) this.#mask(kind, value)
      return
    }
    const { members } = scanner.members(value.at)
    const cut = this.#edits.cutMembers(members, (member) => below(shape, keyOf(bytes, member)) === 'cut')
    if (cut > 0) this.rules.add(kind.rule)
    for (const member of members) {
      const child = below(shape, keyOf(bytes, member))
      if (child !== undefined && child !== 'cut') this.#walk(kind, child, member)
    }
  }

  /** `null` says that something is not there, or is to be deleted: no secret. */
  #mask(kind: SecretKind, value: Span): void {
    const { bytes } = this.#event
    if (bytes[value.at] === nullByte) return
    this.#edits.replace(value.at, value.end, markedValue(bytes, value, this.#key, kind))
    this.rules.add(kind.rule)
  }
}
