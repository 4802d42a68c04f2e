/** What `policy convert` says about its work: one item for each thing that became another, and for each that could not. */
import type { LineCounter, Node } from 'yaml'

export type Change = Place & (Changed | Left)

interface Place {
  readonly file: string
  /** 1-based, in the text that was read. */
  readonly line: number
}

interface Changed {
  readonly kind: 'changed'
  readonly from: string
  readonly to: string
  readonly because: string
  /** What may come out differently now and is to be looked at, in sentences; null: nothing. */
  readonly mind: string | null
}

/** Stands in the answer as it was read. */
interface Left {
  readonly kind: 'left'
  readonly what: string
  readonly because: string
}

/** The changes of one file. Nodes tell their lines; those that were made here have none and take that of the node before. */
export class ChangeLog {
  readonly changes: Change[] = []
  readonly #file: string
  readonly #lines: LineCounter
  #line = 1

  constructor(file: string, lines: LineCounter) {
    this.#file = file
    this.#lines = lines
  }

  changed(node: Node | null, change: { from: string; to: string; because: string; mind?: string | null }): void {
    this.changes.push({ ...this.#place(node), kind: 'changed', mind: null, ...change })
  }

  left(node: Node | null, what: string, because: string): void {
    this.changes.push({ ...this.#place(node), kind: 'left', what, because })
  }

  #place(node: Node | null): Place {
    if (node?.range) this.#line = Math.max(1, this.#lines.linePos(node.range[0]).line)
    return { file: this.#file, line: this.#line }
  }
}

/** One line, without its end. */
export function describeChange(change: Change): string {
  const place = `${change.file}, line ${change.line}`
  if (change.kind === 'left') return `${place}: ${change.what} is left as it is, because ${change.because}.`
  const mind = change.mind === null ? '' : ` Mind: ${change.mind}`
  return `${place}: ${change.from} → ${change.to}, because ${change.because}.${mind}`
}
