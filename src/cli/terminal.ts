/**
 * What a command sees of the process it runs in. `main.ts` makes the real one; commands never touch `process`, so a test may hand
 * them another.
 */

/** `stop` and `reopen` are what TERM and HUP ask for. */
export type Signal = 'stop' | 'reopen'

export interface Terminal {
  /** Writes data to standard output, in order; resolves when the system has taken it. */
  out(data: string | Uint8Array): Promise<void>
  /** Writes text for people to standard error. */
  err(text: string): void
  /** Whether standard error is a terminal: progress bars, and colour unless `NO_COLOR` is set. */
  readonly errIsTerminal: boolean
  readonly errColumns: number
  readonly pid: number
  readonly env: Readonly<Record<string, string | undefined>>
  /** Calls back for each signal until the answer is called. Without a listener, signals end the process as usual. */
  onSignal(callback: (signal: Signal) => void): () => void
}

/** Exit codes of every command. */
export const exit = { done: 0, faults: 1, usage: 2 } as const

/** The command line itself is wrong: printed with a pointer to `--help`, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Standard output was closed by its reader (`als-sink render … | head`): not a fault, but the end of the work. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed'
}

/** Colour on standard error: only on a terminal, and never against the user's wish. */
export function colourOf(terminal: Terminal): boolean {
  return terminal.errIsTerminal && !terminal.env['NO_COLOR'] && terminal.env['TERM'] !== 'dumb'
}
