/** The code of both programs is what stands in their sources. `npm run machine` writes it anew. */
import { expect, test } from 'vitest'
import { compileMachine, compileWalker } from './compile-machine.ts'

test('src/machine/code.ts is what AssemblyScript makes of src/machine/assembly', async () => {
  await expect(await compileMachine()).toMatchFileSnapshot('../../src/machine/code.ts')
}, 60_000)

test('src/audit/json/code.ts is what AssemblyScript makes of src/audit/json/assembly', async () => {
  await expect(await compileWalker()).toMatchFileSnapshot('../../src/audit/json/code.ts')
}, 60_000)
