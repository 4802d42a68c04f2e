/**
 * `als-sink audit select`: which records of a control plane its AccessAudits keep. The selected lines come out as they went in; what is no
 * record is told of, and not selected.
 */
import { Command } from 'commander'
import { type QuarantineReason, readRecord } from '../audit/mesh/record.ts'
import { resourceTypes } from '../audit/mesh/resource-types.ts'
import { createSelector } from '../audit/mesh/selector.ts'
import { didYouMean } from '../did-you-mean.ts'
import { readAccessAuditFiles } from './access-audit-files.ts'
import type { Action } from './action.ts'
import { readBytes } from './read-file.ts'
import { exit, type Terminal } from './terminal.ts'

interface SelectFlags {
  readonly accessAudit: readonly string[]
  readonly records: string
  readonly skipDefaultTypes?: string
}

export function selectCommand(action: Action): Command {
  return new Command('select')
    .description('Prints the records that AccessAudits select, unchanged, one a line.')
    .requiredOption('--access-audit <files...>', 'AccessAudits of one control plane, several per file')
    .requiredOption('--records <file>', 'records of the control plane, a JSON object a line; - reads standard input')
    .option(
      '--skip-default-types <types>',
      'left out where a rule names no types, with commas; default those that the control plane is shipped with',
    )
    .action(action(select))
}

/** Answers are written in pieces of about this many records. */
const recordsAtOnce = 1_000

async function select(terminal: Terminal, flags: SelectFlags): Promise<number> {
  const skipped = flags.skipDefaultTypes?.split(',').map((type) => type.trim())
  warnOfTypes(skipped ?? [], terminal)
  const selector = createSelector(readAccessAuditFiles(flags.accessAudit, terminal), skipped?.filter(Boolean))
  let isSound = true
  let pieces: Uint8Array[] = []
  for (const { line, number } of linesOf(readBytes(flags.records))) {
    const record = readRecord(line)
    if (record.kind === 'quarantine') {
      isSound = false
      terminal.err(`${flags.records}:${number}: ${sentences[record.reason]}\n`)
    } else if (selector.select(record.facts).audited) pieces.push(line, newline)
    if (pieces.length < 2 * recordsAtOnce) continue
    await terminal.out(Buffer.concat(pieces))
    pieces = []
  }
  await terminal.out(Buffer.concat(pieces))
  return isSound ? exit.done : exit.faults
}

const newline = Buffer.from('\n')

const sentences: Readonly<Record<QuarantineReason, string>> = {
  not_json: 'is not JSON.',
  not_object: 'must be an object: one record a line.',
  no_date: 'has no date.',
  no_action: 'has no action.',
  no_user: 'has no user.name.',
}

/** A type that is not there is skipped in vain. */
function warnOfTypes(types: readonly string[], terminal: Terminal): void {
  for (const type of types) {
    if (type === '' || resourceTypes.has(type)) continue
    terminal.err(`--skip-default-types: ${type} is no known type.${didYouMean(type, resourceTypes.keys())}\n`)
  }
}

/** Lines with something in them, without their ends, numbered from 1. */
function* linesOf(bytes: Buffer): Generator<{ line: Buffer; number: number }> {
  let number = 0
  for (let at = 0; at < bytes.length; ) {
    const next = bytes.indexOf(0x0a, at)
    const end = next === -1 ? bytes.length : next
    const line = bytes.subarray(at, bytes[end - 1] === 0x0d && end > at ? end - 1 : end)
    number++
    at = end + 1
    if (line.some((byte) => byte > 0x20)) yield { line, number }
  }
}
