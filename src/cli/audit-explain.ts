/** `als-sink audit explain`: what is recorded of each source, why, and where it goes, by the documents as they lie there now. */
import { Command, Option } from 'commander'
import type { Action } from './action.ts'
import { explainAudit } from './audit-explanation.ts'
import { loadFile } from './compile-file.ts'
import { printAuditExplanation } from './print-audit-explanation.ts'
import { colourOf, exit, type Terminal } from './terminal.ts'

interface ExplainFlags {
  readonly config: string
  readonly output: 'text' | 'json'
}

export function explainCommand(action: Action): Command {
  return new Command('explain')
    .description('Tells what is recorded of each audit source, why, and where it goes.')
    .requiredOption('-c, --config <file>', 'a sink.yaml')
    .addOption(new Option('--output <form>', 'form of the answer').choices(['text', 'json']).default('text'))
    .action(action(explain))
}

async function explain(terminal: Terminal, { config: file, output }: ExplainFlags): Promise<number> {
  const { config } = loadFile(file, terminal)
  const explanation = config.audit && explainAudit(config.audit, { grpc: config.listen.grpc.length > 0 })
  if (output === 'json') await terminal.out(`${JSON.stringify(explanation ?? { sources: [] })}\n`)
  else if (explanation) await terminal.out(printAuditExplanation(explanation, { colour: colourOf(terminal) }))
  else await terminal.out('There is no audit: the configuration has no section for it.\n')
  return (explanation?.sources ?? []).every(({ problems }) => problems.length === 0) ? exit.done : exit.faults
}
