/**
 * `als-sink test`: runs format cases, shows what came instead of what was expected, and counts. A file that cannot be used does not
 * keep the others from being run.
 */
import { Command, Option } from 'commander'
import { readCases } from '../cases/read-cases.ts'
import type { Fault } from '../errors.ts'
import { createKernel, type Kernel } from '../kernel.ts'
import type { Action } from './action.ts'
import { DocumentError } from './document-error.ts'
import { renderFault } from './print-error.ts'
import { type CaseResult, describeFault, describeResult, renderFailure } from './print-outcome.ts'
import { readText } from './read-file.ts'
import { runCase } from './run-case.ts'
import { colourOf, exit, type Terminal } from './terminal.ts'

interface TestFlags {
  readonly output: 'text' | 'json'
}

export function testCommand(action: Action): Command {
  return new Command('test')
    .description('Runs format cases, and shows a difference for each that fails.')
    .argument('<files...>', 'case files: YAML or JSON Lines; - reads standard input')
    .addOption(new Option('--output <kind>', 'how to answer').choices(['text', 'json']).default('text'))
    .action(action(test))
}

async function test(terminal: Terminal, files: readonly string[], { output }: TestFlags): Promise<number> {
  const kernel = createKernel()
  const answer = { passed: 0, failed: 0, cases: [] as object[], faults: [] as object[] }
  for (const file of files) {
    for await (const outcome of runFile(file, kernel)) {
      // What should hold cases, but cannot be read, counts as failed: nobody knows what it would have said.
      if (outcome.kind === 'result' && outcome.result.failure === null) answer.passed++
      else answer.failed++
      if (output === 'text') await tell(outcome, terminal)
      else if (outcome.kind === 'result') answer.cases.push(describeResult(outcome.result))
      else answer.faults.push({ file, ...describeFault(outcome.fault) })
    }
  }
  const { passed, failed } = answer
  await terminal.out(output === 'json' ? `${JSON.stringify(answer)}\n` : `${passed} passed, ${failed} failed\n`)
  return failed === 0 ? exit.done : exit.faults
}

/** `text`: that of the file, for excerpts; undefined when it could not be read. */
type Outcome =
  | { readonly kind: 'result'; readonly result: CaseResult; readonly text: string }
  | { readonly kind: 'fault'; readonly fault: Fault; readonly file: string; readonly text: string | undefined }

/** One case after another, each compiled when the one before is done. */
async function* runFile(file: string, kernel: Kernel): AsyncGenerator<Outcome, void, undefined> {
  let text: string
  try {
    text = readText(file)
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error
    for (const fault of error.faults) yield { kind: 'fault', fault, file, text: undefined }
    return
  }
  for (const item of readCases(file, text)) {
    if (item.kind === 'fault') {
      yield { kind: 'fault', fault: item.fault, file, text }
    } else if (item.kind === 'unusable') {
      const { name, line, faults } = item
      yield { kind: 'result', result: { file, line, name, failure: { kind: 'refused', faults } }, text }
    } else {
      const { name, line } = item.testCase
      const failure = await runCase(item.testCase, kernel)
      yield { kind: 'result', result: { file, line, name, failure }, text }
    }
  }
}

async function tell(outcome: Outcome, terminal: Terminal): Promise<void> {
  const { text } = outcome
  if (outcome.kind === 'fault') {
    terminal.err(renderFault(outcome.fault, { file: outcome.file, text, colour: colourOf(terminal) }))
    return
  }
  const { failure, ...place } = outcome.result
  if (failure !== null) await terminal.out(`${renderFailure(place, failure, outcome.text)}\n`)
}
