/**
 * One format case, run: its format is compiled, its entries are rendered, and what came is held against what was expected. A failure
 * is told as data; `print-outcome.ts` says it.
 */

import type { CaseInput, Expectation, FormatCase } from '../cases/format-case.ts'
import { formatFaults } from '../config/format-faults.ts'
import { compileFormat } from '../engine/compile-format.ts'
import type { Programs } from '../engine/program.ts'
import { ConfigError, type Fault, FormatError, WireError } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import { CaptureRenderer } from './render-capture.ts'

/** Null: the case passed. */
export type Failure =
  /** The format, or the case itself, cannot be used. */
  | { readonly kind: 'refused'; readonly faults: readonly Fault[] }
  /** The format compiles, but an error was expected. */
  | { readonly kind: 'accepted'; readonly piece: string }
  /** An error was expected and came, but says something else. */
  | { readonly kind: 'otherError'; readonly piece: string; readonly faults: readonly Fault[] }
  | { readonly kind: 'unreadable'; readonly input: CaseInput['key']; readonly message: string }
  | {
      readonly kind: 'difference'
      /** Null: the case names nothing to render. */
      readonly input: CaseInput['key'] | null
      readonly expected: Uint8Array
      readonly got: Uint8Array
      /** Entries that have no line: `entry 2: truncated`. */
      readonly complaints: readonly string[]
    }

/** The moment at which all messages arrive; a case must not depend on the hour it is run. */
const receivedAtMs = 0

/** Compiles for the kernel's memory, so one case after another. */
export async function runCase(testCase: FormatCase, kernel: Kernel): Promise<Failure | null> {
  const { expectation } = testCase
  const compiled = compile(testCase, kernel)
  if ('faults' in compiled) return judgeFaults(compiled.faults, expectation)
  switch (expectation.kind) {
    case 'compiles':
      return null
    case 'error':
      return { kind: 'accepted', piece: expectation.piece }
    case 'output':
      return runInputs(testCase.inputs, expectation.bytes, { programs: compiled, kernel })
  }
}

function compile({ format, options, place }: FormatCase, { memory }: Kernel): Programs | { readonly faults: Fault[] } {
  try {
    return compileFormat(format, { memory, ...options })
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    return { faults: formatFaults(error, 'text' in format ? 'format.text' : 'format.json').map(place) }
  }
}

function judgeFaults(faults: readonly Fault[], expectation: Expectation): Failure | null {
  if (expectation.kind !== 'error') return { kind: 'refused', faults }
  const { piece } = expectation
  return faults.some(({ message }) => message.includes(piece)) ? null : { kind: 'otherError', piece, faults }
}

interface Engine {
  readonly programs: Programs
  readonly kernel: Kernel
}

/** The first input that does not give what is expected. */
async function runInputs(inputs: readonly CaseInput[], expected: Uint8Array, engine: Engine): Promise<Failure | null> {
  for (const input of inputs) {
    const failure = await runInput(input, expected, engine)
    if (failure !== null) return failure
  }
  if (inputs.length > 0 || expected.length === 0) return null
  return { kind: 'difference', input: null, expected, got: new Uint8Array(), complaints: [] }
}

async function runInput(input: CaseInput, expected: Uint8Array, engine: Engine): Promise<Failure | null> {
  const pieces: Uint8Array[] = []
  const complaints: string[] = []
  const renderer = new CaptureRenderer({
    ...engine,
    entries: 'all',
    receivedAtMs,
    write: async (bytes) => void pieces.push(bytes.slice()),
    complain: (entry, reason) => complaints.push(`entry ${entry}: ${reason}`),
  })
  try {
    for (const message of input.messages()) await renderer.render(message)
  } catch (error) {
    if (!isAboutInput(error)) throw error
    return { kind: 'unreadable', input: input.key, message: (error as Error).message }
  }
  const got = Buffer.concat(pieces)
  return got.equals(expected) ? null : { kind: 'difference', input: input.key, expected, got, complaints }
}

/** A capture that is no capture, is torn, or is not there. */
function isAboutInput(error: unknown): error is Error {
  return error instanceof ConfigError || error instanceof WireError || (error instanceof Error && 'syscall' in error)
}
