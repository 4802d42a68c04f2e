/**
 * `als-sink policy inspect`: what the policies say about one proxy. Which of them are for it and in which order, what each of its listeners
 * logs, which rule decided, and what about all this is likely to surprise.
 */
import { Command, Option } from 'commander'
import type { ListenerDecision } from '../policy/decision.ts'
import type { Action } from './action.ts'
import { type InspectedListener, inspectProxy } from './inspection.ts'
import { decide, headlineOf, loweringOptions } from './policy-decision.ts'
import { addPolicyFlags, type PolicyFlags, readPolicies } from './policy-input.ts'
import { printInspection } from './print-inspection.ts'
import { colourOf, exit, type Terminal } from './terminal.ts'

interface InspectFlags extends PolicyFlags {
  readonly dataplane: string
  readonly direction?: 'inbound' | 'outbound' | 'unspecified'
  readonly listener?: string
  readonly output: 'text' | 'json'
}

export function inspectCommand(action: Action): Command {
  const command = new Command('inspect')
    .description('Tells what the policies say about one proxy: listener by listener, and why.')
    .argument(
      '[files...]',
      'policies and the resources they are about: files, folders, globs; default those of sink.yaml',
    )
    .requiredOption('--dataplane <name>', 'the proxy')
  return addPolicyFlags(command, { config: 'a sink.yaml, for its policies and kuma settings' })
    .addOption(new Option('--direction <direction>', 'only these').choices(['inbound', 'outbound', 'unspecified']))
    .option('--listener <name>', 'only this one, by its name or its address')
    .addOption(new Option('--output <form>', 'form of the answer').choices(['text', 'json']).default('text'))
    .action(action(inspect))
}

async function inspect(terminal: Terminal, files: readonly string[], flags: InspectFlags): Promise<number> {
  const input = await readPolicies(files, flags, terminal)
  const decision = decide(input, flags)
  const lowering = loweringOptions(input, decision, terminal)
  const inspection = inspectProxy(decision, {
    lowering,
    resources: input.resources,
    isWanted: (listener) => isWanted(listener, flags),
  })
  await terminal.out(
    flags.output === 'json'
      ? `${JSON.stringify({ ...inspection, listeners: inspection.listeners.reduce(joinNamesakes, []) })}\n`
      : printInspection(inspection, headlineOf(decision, input.version), { colour: colourOf(terminal) }),
  )
  return input.sound ? exit.done : exit.faults
}

/** A gateway's listener that logs both ways is one for programs, as it is one for Envoy: the loggers of both stand in one list. */
function joinNamesakes(list: InspectedListener[], next: InspectedListener): InspectedListener[] {
  const at = list.findIndex(({ listener }) => listener === next.listener)
  const known = list[at]
  if (known === undefined) return [...list, next]
  const told = ({ direction, loggers }: InspectedListener) => loggers.map((logger) => ({ ...logger, direction }))
  const silences = [...known.silences, ...next.silences]
  return list.with(at, { ...known, loggers: [...told(known), ...told(next)], silences })
}

function isWanted(each: ListenerDecision, { direction, listener }: InspectFlags): boolean {
  if (direction !== undefined && each.direction.toLowerCase() !== direction) return false
  return listener === undefined || each.name === listener || each.address === listener
}
