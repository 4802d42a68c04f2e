#!/usr/bin/env node
/**
 * The only file that touches `process`: the command line goes in, signals and streams are handed on, the exit code comes out.
 */
import { setFlagsFromString } from 'node:v8'
import { runCommandLine } from './cli/program.ts'
import { OutputClosed, type Signal, type Terminal } from './cli/terminal.ts'

const { stdout, stderr } = process

// The heap is small and lives long, while the socket reads of a busy sink come and go beside it by hundreds of megabytes a second.
// V8 counts both together, and by its own rule marks the whole heap for every few dozen megabytes: a fifth of all CPU time. Let
// what is not the heap grow to sixteen times the heap first; nearly all of it is freed by scavenges on the way. In
// bench/end-to-end.ts this made 0.6 µs an entry into 0.06.
setFlagsFromString('--heap-growing-percent=1500')

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
