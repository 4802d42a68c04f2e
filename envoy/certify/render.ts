/** The sink's side of the comparison: each use compiled alone, as text and as a typed JSON value, and rendered for the entries of its own stream. */
import { compileFormat, createMemory, type Memory, type Programs, renderEntry } from '../../src/index.ts'
import { type Group, groups } from './loggers.ts'
import type { Use } from './operators.ts'
import { type Logged, timeZone } from './run.ts'

/** What was written for one entry. Byte strings ("latin1"); `json` is the value alone. */
export interface Written {
  readonly text: string
  readonly json: string
}

export type Form = keyof Written
export const forms: readonly Form[] = ['text', 'json']

/** A memory with room for the largest entry of the corpus. Make one for a process; see src/README.md. */
export function certificateMemory(): Memory {
  return createMemory({ inputBytesMax: 4 << 20, outputBytesMax: 8 << 20 })
}

/** What the sink writes for a use, entry by entry, first those of HTTP and then those of TCP. Throws FormatError, WireError. */
export function renderUse(
  use: Use,
  useIndex: number,
  logged: Readonly<Record<Group, Logged>>,
  memory: Memory,
): Readonly<Record<Group, readonly Written[]>> {
  const text = compileFormat({ text: `%${use}%` }, { memory, timeZone })
  const json = compileFormat({ json: { v: `%${use}%` } }, { memory, timeZone })
  const line = (programs: Programs, group: Group, entry: Buffer) =>
    Buffer.from(renderEntry(programs[group], memory, entry)).toString('latin1')
  const written = (group: Group) =>
    logged[group].entries(useIndex).map((entry) => ({
      text: line(text, group, entry),
      json: line(json, group, entry).slice('{"v":'.length, -'}\n'.length),
    }))
  return Object.fromEntries(groups.map((group) => [group, written(group)])) as Record<Group, Written[]>
}
