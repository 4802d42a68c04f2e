/** In processes of their own: V8's flags are those of a whole process. */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { youngHeapBytes } from '../../src/limits.ts'

const heap = fileURLToPath(new URL('../../dist/cli/heap.js', import.meta.url))

/** How much room young objects have after so many of them have survived that V8 would have made it larger. */
function youngBytesAfterLoad(begin: string): number {
  const program = `
    import { getHeapSpaceStatistics } from 'node:v8'
    import { tuneHeap } from ${JSON.stringify(heap)}
    ${begin}
    let survivors = []
    for (let i = 0; i < 4000; i++) survivors.push(new Array(4096).fill(0.5))
    console.log(getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size)`
  return Number(execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }))
}

test('young objects have their room, and no more of it', () => {
  expect(youngBytesAfterLoad('tuneHeap()')).toBeLessThanOrEqual(youngHeapBytes)
})

test('else V8 gives them more', () => {
  expect(youngBytesAfterLoad('')).toBeGreaterThan(youngHeapBytes)
})
