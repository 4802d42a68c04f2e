/** The machine's code is what stands in its sources. `npm run machine` writes it anew. */
import { expect, test } from 'vitest'
import { compileMachine } from './compile-machine.ts'

test('src/machine/code.ts is what AssemblyScript makes of src/machine/assembly', async () => {
  await expect(await compileMachine()).toMatchFileSnapshot('../../src/machine/code.ts')
}, 60_000)
