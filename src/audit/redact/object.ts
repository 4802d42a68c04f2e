/**
 * Redacts the bodies of an event about objects of one kind, whatever form the body has: the object, a part of it (merge patch), a list, a
 * Table, or the operations of a JSON patch. What has none of these forms is masked whole: nobody knows what it says.
 */
import { braceOpen, bracketOpen } from '../json/bytes.ts'
import type { Edits } from '../json/edits.ts'
import type { Member, Span } from '../json/scanner.ts'
import { findMember, keyIs, keyOf, stringOf } from '../json/text.ts'
import type { BodyObject } from '../kubernetes/body-objects.ts'
import type { Event } from '../kubernetes/event.ts'
import type { Body } from './about.ts'
import { type HmacKey, markedValue } from './marker.ts'
import { atPointer, below, holdsSecrets, masksAll, type SecretKind, type Shape } from './secret-shape.ts'

const nullByte = 0x6e

interface Masked extends Span {
  readonly kind: SecretKind
  readonly marker: string
}

/** Notes what has to go. The event must have been read from the bytes that the edits are for. */
export class ObjectRedaction {
  readonly #event: Event
  readonly #key: HmacKey
  readonly #edits: Edits
  /** Those of the kinds of which something was redacted. */
  readonly rules = new Set<string>()
  /** Each value that was hashed, in order, and which of them is to come again next: an answer mostly says what its request has said. */
  readonly #masked: Masked[] = []
  #again = 0

  constructor(event: Event, key: HmacKey, edits: Edits) {
    this.#event = event
    this.#key = key
    this.#edits = edits
  }

  /** A whole body. */
  body(kind: SecretKind, body: Body): void {
    switch (this.#event.bytes[body.at]) {
      case braceOpen:
        for (const object of body.objects) this.object(kind, object)
        break
      case bracketOpen:
        for (const operation of this.#event.scanner.items(body.at)) this.#operation(kind, operation)
        break
      default:
        this.#mask(kind, body)
    }
  }

  object(kind: SecretKind, { members }: BodyObject): void {
    this.#walkMembers(kind, kind.shape, members)
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
    this.#walkMembers(kind, shape, scanner.members(value.at).members)
  }

  #walkMembers(kind: SecretKind, shape: ReadonlyMap<string, Shape>, members: readonly Member[]): void {
    if (masksAll(shape)) {
      for (const member of members) this.#mask(kind, member)
      return
    }
    const { bytes } = this.#event
    const shapes = members.map((member) => below(shape, keyOf(bytes, member)))
    let next = 0
    const cut = this.#edits.cutMembers(members, () => shapes[next++] === 'cut')
    if (cut > 0) this.rules.add(kind.rule)
    for (const [i, member] of members.entries()) {
      const child = shapes[i]
      if (child !== undefined && child !== 'cut') this.#walk(kind, child, member)
    }
  }

  /** `null` says that something is not there, or is to be deleted: no secret. */
  #mask(kind: SecretKind, value: Span): void {
    const { bytes } = this.#event
    if (bytes[value.at] === nullByte) return
    this.#edits.replace(value.at, value.end, this.#markerOf(kind, value))
    this.rules.add(kind.rule)
  }

  #markerOf(kind: SecretKind, { at, end }: Span): string {
    const { bytes } = this.#event
    const before = this.#masked[this.#again]
    const isAgain =
      before !== undefined &&
      before.kind === kind &&
      before.end - before.at === end - at &&
      bytes.compare(bytes, before.at, before.end, at, end) === 0
    if (isAgain) {
      this.#again++
      return before.marker
    }
    const marker = markedValue(bytes, { at, end }, this.#key, kind)
    this.#masked.push({ at, end, kind, marker })
    return marker
  }
}
