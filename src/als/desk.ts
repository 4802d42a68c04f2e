/**
 * The input region of the kernel's memory has room for one message. Whoever is assembling one there has the desk; when another
 * stream needs it, the first takes its papers along. So a busy stream's bytes are copied once, straight to where they are read,
 * and a thousand streams that take turns copy twice at most.
 */
import type { Memory } from '../wire/memory.ts'

/** Someone who may have half a message on the desk. */
export interface Occupant {
  /** Copies away what it has on the desk; called just before the desk goes to another. */
  leaveDesk(): void
}

/** One for each `Memory`; nobody else may write to the memory's input region. */
export class Desk {
  readonly memory: Memory
  #occupant: Occupant | null = null

  constructor(memory: Memory) {
    this.memory = memory
  }

  claim(occupant: Occupant): void {
    if (this.#occupant === occupant) return
    this.#occupant?.leaveDesk()
    this.#occupant = occupant
  }

  /** Forgets the occupant together with what it had on the desk. */
  release(occupant: Occupant): void {
    if (this.#occupant === occupant) this.#occupant = null
  }
}
