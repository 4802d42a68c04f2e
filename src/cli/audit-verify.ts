/**
 * `als-sink audit verify`: are audit files still what was written? Offline, over files of any machine; what is wrong is told with its
 * file, its byte and its record.
 */
import { Command, Option } from 'commander'
import { type Verification, verify } from '../audit/seal/verify/verify.ts'
import type { Action } from './action.ts'
import { exit, type Terminal } from './terminal.ts'

interface VerifyFlags {
  readonly checkpoint: readonly string[]
  readonly publicKey: readonly string[]
  readonly output: 'text' | 'json'
}

const collect = (value: string, before: readonly string[]) => [...before, value]

export function verifyCommand(action: Action): Command {
  return new Command('verify')
    .description('Holds audit files against their seals, and tells what was changed, moved, added or taken away.')
    .argument('<files...>', 'audit files; a live file stands for its rotated ones as well')
    .option(
      '--checkpoint <file>',
      'checkpoints that were kept elsewhere (repeatable): shows a tail cut off',
      collect,
      [],
    )
    .option('--public-key <file>', 'PEM (repeatable): only what these keys have signed counts', collect, [])
    .addOption(new Option('--output <form>', 'form of the answer').choices(['text', 'json']).default('text'))
    .action(action(verifyFiles))
}

async function verifyFiles(terminal: Terminal, files: readonly string[], flags: VerifyFlags): Promise<number> {
  const result = await verify(files, { checkpoints: flags.checkpoint, publicKeys: flags.publicKey })
  await terminal.out(flags.output === 'json' ? `${JSON.stringify(result)}\n` : inWords(result, flags))
  return result.ok ? exit.done : exit.faults
}

function inWords(result: Verification, { checkpoint }: VerifyFlags): string {
  const { ok, records, recovered, problems, problemsTotal, keys, pinned } = result
  const lines = problems.map(({ file, offset, kind, message, sequence }) => {
    const record = sequence === null || /\brecords? \d/.test(message) ? '' : ` (record ${sequence})`
    return `${file}, byte ${offset}${record}: ${message}. [${kind}]`
  })
  if (problemsTotal > problems.length) lines.push(`… and ${problemsTotal - problems.length} more.`)
  const many = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`
  lines.push(
    `${many(records, 'record')} as ${records === 1 ? 'it was' : 'they were'} sealed, ${many(problemsTotal, 'problem')}.`,
  )
  if (recovered > 0)
    lines.push(`${many(recovered, 'record')} sealed only after a crash: source and time are not known.`)
  if (ok && !pinned) {
    lines.push(
      `Signed with key ${keys.join(', ') || '(none)'}, as the files themselves say; --public-key makes sure whose it is.`,
    )
  }
  if (ok && checkpoint.length === 0) {
    lines.push('Whether the end is missing only a checkpoint that was kept elsewhere can tell: --checkpoint.')
  }
  return `${lines.join('\n')}\n`
}
