/** The program that `assembly/` is compiled to: reads objects (`walker.ts`), and hashes texts (`keyed-hash.ts`). */
import { type WebAssemblyMemory, type WebAssemblyModule, webAssembly } from '../../wire/web-assembly.ts'
import { code } from './code.ts'

export const pageBytes = 64 * 1024

/** `E`: what it is asked for, as `assembly/index.ts` exports it. */
export interface Program<E> {
  readonly memory: WebAssemblyMemory
  readonly exports: E
}

let module: WebAssemblyModule | null = null

/** One with a memory of its own. Compiled once for all. */
export function startProgram<E>(pages: number): Program<E> {
  module ??= new webAssembly.Module(Buffer.from(code, 'base64'))
  const memory = new webAssembly.Memory({ initial: pages, maximum: pages })
  const { exports } = new webAssembly.Instance(module, { env: { memory } })
  return { memory, exports: exports as E }
}
