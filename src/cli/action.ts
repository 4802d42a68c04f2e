/** How a command file is tied to the program: it gets a maker of actions, and answers a commander command. */
import type { Terminal } from './terminal.ts'

/** Makes a commander action of a function that answers an exit code; the terminal comes first, then commander's arguments. */
export type Action = <A extends unknown[]>(
  run: (terminal: Terminal, ...args: A) => Promise<number>,
) => (...args: A) => Promise<void>
