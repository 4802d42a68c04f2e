/** `als-sink policy`: what Kuma's MeshAccessLog policies say, and how an older one is written today. */
import { Command } from 'commander'
import type { Action } from './action.ts'
import { convertCommand } from './policy-convert.ts'
import { inspectCommand } from './policy-inspect.ts'

export function policyCommand(action: Action): Command {
  return new Command('policy')
    .description("Works on Kuma's MeshAccessLog policies.")
    .addCommand(inspectCommand(action))
    .addCommand(convertCommand(action))
}
