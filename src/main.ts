#!/usr/bin/env node
/**
 * The only file that touches `process`: the command line goes in, signals and streams are handed on, the exit code comes out.
 */
import { tuneHeap } from './cli/heap.ts'
import { runCommandLine } from './cli/program.ts'
import { OutputClosed, type Signal, type Terminal } from './cli/terminal.ts'

const { stdout, stderr } = process

tuneHeap()

/** Writes in order; the callback comes when the system has taken the data, so a slow reader slows the command. */
function out(data: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stdout.write(data, (error) => {
      if (!error) resolve()
      else reject((error as NodeJS.ErrnoException).code === 'EPIPE' ? new OutputClosed() : error)
    })
  })
}

// Failures are answered by the callback of each write; without a listener they would end the process a second time.
stdout.on('error', () => {})
stderr.on('error', () => {})

const signals: Readonly<Record<string, Signal>> = {
  SIGTERM: 'stop',
  SIGINT: 'stop',
  SIGHUP: 'reopen',
  SIGUSR1: 'reopen',
}

function onSignal(callback: (signal: Signal) => void): () => void {
  const listeners = Object.entries(signals).map(([name, signal]) => [name, () => callback(signal)] as const)
  for (const [name, listener] of listeners) process.on(name, listener)
  return () => {
    for (const [name, listener] of listeners) process.off(name, listener)
  }
}

const terminal: Terminal = {
  out,
  err: (text) => void stderr.write(text),
  errIsTerminal: stderr.isTTY === true,
  errColumns: stderr.columns ?? 80,
  pid: process.pid,
  env: process.env,
  onSignal,
}

const code = await runCommandLine(process.argv.slice(2), terminal)
// Not by an empty event loop: after a second TERM, a write that never ends would keep the process. Both streams may be pipes, whose
// last words need to be taken first.
stdout.write('', () => stderr.write('', () => process.exit(code)))
