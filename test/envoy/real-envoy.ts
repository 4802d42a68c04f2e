/**
 * The tests of this room need a real Envoy. Without one they are skipped, and say so loudly; where `CI` or `ALS_SINK_ENVOY=required`
 * is set they fail instead, so that nobody takes silence for success.
 */
import { describe, test } from 'vitest'
import { findEnvoy } from '../../envoy/install.ts'

const binary = findEnvoy()
const required = Boolean(process.env['CI']) || process.env['ALS_SINK_ENVOY'] === 'required'
const howToGetOne = 'There is no Envoy here. Install one: npx tsx envoy/install.ts'

/** `describe`, with the path of the Envoy to run. */
export function describeWithEnvoy(name: string, tests: (binary: string) => void): void {
  if (binary !== undefined) {
    describe(name, () => tests(binary))
    return
  }
  if (required) {
    test(name, () => {
      throw new Error(howToGetOne)
    })
    return
  }
  console.warn(`\n!!! SKIPPED: ${name}\n!!! ${howToGetOne}\n`)
  describe.skip(name, () => tests(''))
}
