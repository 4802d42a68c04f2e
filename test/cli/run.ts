/** Runs the built command (`dist/main.js`) as its users do, in a process of its own. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { until } from '../support/until.ts'

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

/** A recorded stream of a real Envoy: 152 HTTP entries. */
export const capture = fileURLToPath(new URL('../golden/http1/capture.als', import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A running command. It is killed when the test ends, whatever happens. */
export class Running {
  readonly child: ChildProcessWithoutNullStreams
  readonly ended: Promise<Ended>
  stdout = ''
  stderr = ''

  constructor(args: readonly string[], env: Record<string, string> = {}) {
    this.child = spawn(process.execPath, [main, ...args], { env: { ...process.env, NO_COLOR: '1', ...env } })
    this.child.stdout.setEncoding('latin1').on('data', (text: string) => (this.stdout += text))
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text))
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code) => resolve({ code, stdout: this.stdout, stderr: this.stderr }))
    })
    onTestFinished(() => {
      this.child.kill('SIGKILL')
    })
  }

  /** The first group of `pattern` in what was said on standard error. */
  async said(pattern: RegExp): Promise<string> {
    const match = await until(`standard error says ${pattern}`, () => pattern.exec(this.stderr))
    return match[1] ?? match[0]
  }
}

/** Runs a command to its end. Standard output is given byte for character (latin1). */
export function run(...args: string[]): Promise<Ended> {
  const running = new Running(args)
  running.child.stdin.end()
  return running.ended
}

/** A directory that is gone after the test. */
export function scratch(): string {
  const dir = mkdtempSync(join(tmpdir(), 'als-sink-test-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}
