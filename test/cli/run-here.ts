/** Runs a command line within the test's own process: for commands that end by themselves and touch nothing but files. */
import { runCommandLine } from '../../src/cli/program.ts'
import type { Ended } from './run.ts'

export async function runHere(...args: readonly string[]): Promise<Ended> {
  let stdout = ''
  let stderr = ''
  const code = await runCommandLine(args, {
    out: async (data) => void (stdout += typeof data === 'string' ? data : Buffer.from(data).toString('latin1')),
    err: (text) => void (stderr += text),
    errIsTerminal: false,
    errColumns: 80,
    pid: process.pid,
    env: { NO_COLOR: '1' },
    onSignal: () => () => {},
  })
  return { code, stdout, stderr }
}
