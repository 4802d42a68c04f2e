/**
 * A second opinion on everything that we send over OTLP: the official generated types in another language. Tests that need it are
 * skipped, loudly, where it cannot be had; where `CI` is set they fail instead, so that nobody takes silence for success.
 */
import { describe, test } from 'vitest'
import { installOtlpPython, type OtlpPython } from './install-otlp-python.ts'

/** `describe`, with a Python that can import `opentelemetry.proto`, `google.rpc` and `grpc`. */
export function describeWithOtlpPython(name: string, tests: (python: OtlpPython) => void): void {
  let python: OtlpPython
  try {
    python = installOtlpPython()
  } catch (error) {
    const why = (error as Error).message
    if (process.env['CI']) {
      test(name, () => {
        throw error
      })
      return
    }
    console.warn(`\n!!! SKIPPED: ${name}\n!!! ${why}\n`)
    describe.skip(name, () => tests({ command: '', env: {} }))
    return
  }
  describe(name, () => tests(python))
}
