/**
 * kube-apiserver's own webhook, in Go. Tests that need it are skipped, loudly, where it cannot be built; where `CI` is set they fail instead, so
 * that nobody takes silence for success.
 */
import { describe, test } from 'vitest'
import { installK8sClient } from './install-k8s-client.ts'

/** `describe`, with the path of the program `test/peers/k8s-webhook/`. */
export function describeWithK8sClient(name: string, tests: (program: string) => void): void {
  let program: string
  try {
    program = installK8sClient()
  } catch (error) {
    if (process.env['CI']) {
      test(name, () => {
        throw error
      })
      return
    }
    console.warn(`\n!!! SKIPPED: ${name}\n!!! ${(error as Error).message}\n`)
    // There is no Go here, or no way to the modules.
    describe.skip(name, () => tests(''))
    return
  }
  describe(name, () => tests(program))
}
