/**
 * `als-sink audit`: what audit policies decide, what is left of events, which records are selected, and whether what was written is still what
 * was written. One file a subcommand (`audit-resolve.ts`, `audit-reduce.ts`, …), loaded when it is asked for.
 */
import { Command } from 'commander'
import type { Action } from './action.ts'

const subcommands: Readonly<Record<string, () => Promise<(action: Action) => Command>>> = {
  resolve: async () => (await import('./audit-resolve.ts')).resolveCommand,
  reduce: async () => (await import('./audit-reduce.ts')).reduceCommand,
  select: async () => (await import('./audit-select.ts')).selectCommand,
  verify: async () => (await import('./audit-verify.ts')).verifyCommand,
  key: async () => (await import('./audit-key.ts')).keyCommand,
  explain: async () => (await import('./audit-explain.ts')).explainCommand,
}

/** The subcommand that is asked for, or, when help is, all of them. */
export async function loadAuditCommand([name = '']: readonly string[]): Promise<(action: Action) => Command> {
  const wanted = Object.hasOwn(subcommands, name) ? [subcommands[name]!] : Object.values(subcommands)
  const makers = await Promise.all(wanted.map((load) => load()))
  return (action) => {
    const command = new Command('audit').description('Works on audit policies, events, records and their seals.')
    for (const make of makers) command.addCommand(make(action))
    return command
  }
}
