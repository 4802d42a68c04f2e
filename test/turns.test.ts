/** Work in the order in which it was asked for. */
import { expect, test } from 'vitest'
import { Turns } from '../src/turns.ts'

/** Work that begins and ends by hand, and notes both. */
function workOf(log: string[], name: string) {
  let end = (_error?: Error) => {}
  const work = () => {
    log.push(`${name} begins`)
    return new Promise<string>((resolve, reject) => {
      end = (error) => {
        log.push(`${name} ends`)
        if (error) reject(error)
        else resolve(name)
      }
    })
  }
  return { work, end: (error?: Error) => end(error) }
}

test('a turn begins when the one before it is over, however that ended', async () => {
  const log: string[] = []
  const turns = new Turns()
  const [a, b] = [workOf(log, 'a'), workOf(log, 'b')]
  const first = turns.take(a.work)
  const second = turns.take(b.work)
  await Promise.resolve()
  a.end(new Error('a failed'))
  await expect(first).rejects.toThrow('a failed')
  await Promise.resolve()
  b.end()
  expect(await second).toBe('b')
  expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends'])
})

test('over waits for all that was asked for before, and not for what comes later', async () => {
  const log: string[] = []
  const turns = new Turns()
  const [a, b] = [workOf(log, 'a'), workOf(log, 'b')]
  const first = turns.take(a.work).catch(() => {})
  const over = turns.over().then(() => log.push('over'))
  const second = turns.take(b.work)
  await Promise.resolve()
  a.end(new Error('a failed'))
  await Promise.all([first, over])
  expect(log).toContain('over')
  expect(log).not.toContain('b ends')
  b.end()
  await second
})
