/** What sealing does to files in more than one place. */
import { expect, test } from 'vitest'
import { beside, over } from '../../../src/audit/seal/files.ts'

/** A call that is answered when the test says so. */
function call() {
  let answer = (_error?: Error): void => {}
  const promise = new Promise<void>((resolve, reject) => {
    answer = (error) => (error ? reject(error) : resolve())
  })
  return { promise, answer: (error?: Error) => answer(error) }
}

/** Everything that can happen without an answer has happened. */
const turn = () => new Promise((resolve) => setImmediate(resolve))

test('calls are over when the last one is, also when one fails', async () => {
  const [first, second, third] = [call(), call(), call()]
  const seen: string[] = []
  const all = over(first.promise, second.promise, third.promise).catch((error) => seen.push(error.message))
  second.answer(new Error('no space'))
  third.answer()
  await turn()
  expect(seen).toEqual([])
  first.answer(new Error('no disk'))
  await all
  expect(seen).toEqual(['no disk'])
  await over()
})

test('work beside the disk is done at once, and over when the disk is', async () => {
  const only = call()
  const seen: string[] = []
  const both = beside(only.promise, () => seen.push('worked')).then((result) => seen.push(`over: ${result}`))
  await turn()
  expect(seen).toEqual(['worked'])
  only.answer()
  await both
  expect(seen).toEqual(['worked', 'over: 1'])
})

test.each([
  ['the disk fails', new Error('no space'), undefined, 'no space'],
  ['the work fails', undefined, new Error('a bug'), 'a bug'],
  ['both fail', new Error('no space'), new Error('a bug'), 'no space'],
])('%s', async (_, ofDisk, ofWork, told) => {
  const only = call()
  const seen: string[] = []
  const both = beside(only.promise, () => {
    if (ofWork) throw ofWork
  }).catch((error) => seen.push(error.message))
  await turn()
  expect(seen).toEqual([])
  only.answer(ofDisk)
  await both
  expect(seen).toEqual([told])
})
