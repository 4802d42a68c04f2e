/** Tells how long work is coming along: a bar that is drawn over itself on a terminal, else a line every five seconds. */
import type { Terminal } from './terminal.ts'

const redrawMs = 200
const lineMs = 5_000

export interface ProgressState {
  /** 0..1; null when nobody knows how much there is. */
  readonly part: number | null
  readonly text: string
}

/** Asks `state` now and then until the answer is called, which clears the bar. */
export function showProgress(terminal: Terminal, state: () => ProgressState): () => void {
  if (!terminal.errIsTerminal) {
    const timer = setInterval(() => terminal.err(`${line(state())}\n`), lineMs)
    return () => clearInterval(timer)
  }
  const timer = setInterval(() => terminal.err(`\r\x1b[K${bar(state(), terminal.errColumns)}`), redrawMs)
  return () => {
    clearInterval(timer)
    terminal.err('\r\x1b[K')
  }
}

function line({ part, text }: ProgressState): string {
  return part === null ? text : `${Math.floor(part * 100)} % ${text}`
}

function bar(state: ProgressState, columns: number): string {
  const { part, text } = state
  const width = Math.min(30, columns - text.length - 10)
  if (part === null || width < 5) return line(state).slice(0, columns - 1)
  const done = Math.round(Math.min(1, part) * width)
  return `[${'#'.repeat(done)}${' '.repeat(width - done)}] ${line(state)}`
}
