/**
 * `als-sink audit resolve`: what a Kubernetes audit policy says of requests. One line of attributes in, one line out: the level, the stages
 * that are left out, and the rule that decided.
 */
import { Command } from 'commander'
import { readPolicyText } from '../audit/kubernetes/policy-read.ts'
import { type Attributes, compilePolicy, type Resolution } from '../audit/kubernetes/resolve.ts'
import type { Action } from './action.ts'
import { readAttributes } from './audit-attributes.ts'
import { DocumentError } from './document-error.ts'
import { renderFault } from './print-error.ts'
import { readText } from './read-file.ts'
import { colourOf, exit, type Terminal } from './terminal.ts'

interface ResolveFlags {
  readonly policy: string
  readonly attributes: string
}

export function resolveCommand(action: Action): Command {
  return new Command('resolve')
    .description('Tells at which level a Kubernetes audit policy records requests, and which rule decides.')
    .requiredOption('--policy <file>', 'a Policy, or a ConfigMap that holds one')
    .requiredOption('--attributes <file>', 'attributes of requests, a JSON object a line; - reads standard input')
    .action(action(resolve))
}

/** Answers are written in pieces of about this many lines. */
const linesAtOnce = 1_000

async function resolve(terminal: Terminal, { policy: file, attributes }: ResolveFlags): Promise<number> {
  const decide = readPolicyFile(file, terminal)
  let sound = true
  let lines: string[] = []
  const flush = async () => {
    await terminal.out(lines.join(''))
    lines = []
  }
  for (const [i, line] of readText(attributes).split('\n').entries()) {
    if (line.trim() === '') continue
    const read = readAttributes(line)
    if ('fault' in read) {
      sound = false
      terminal.err(`${attributes}:${i + 1}: ${read.fault}\n`)
    } else {
      lines.push(`${JSON.stringify(decide(read.attributes))}\n`)
    }
    if (lines.length >= linesAtOnce) await flush()
  }
  await flush()
  return sound ? exit.done : exit.faults
}

/** Throws DocumentError. Warnings go to standard error. */
export function readPolicyFile(file: string, terminal: Terminal): (attributes: Attributes) => Resolution {
  const text = readText(file)
  const { policy, faults, warnings } = readPolicyText(text)
  for (const warning of warnings) {
    terminal.err(renderFault(warning, { file, text, colour: colourOf(terminal), severity: 'warning' }))
  }
  if (policy === null) throw new DocumentError(file, text, faults)
  return compilePolicy(policy)
}
