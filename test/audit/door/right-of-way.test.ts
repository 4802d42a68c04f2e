/** Bodies give way to records on their way to the disk, and not for long. */
import { expect, test, vi } from 'vitest'
import { RightOfWay } from '../../../src/audit/door/right-of-way.ts'
import { auditGiveWayMsMax, auditRightOfWayMsMax } from '../../../src/limits.ts'

function work() {
  let end: (error?: Error) => void = () => {}
  const promise = new Promise<string>((resolve, reject) => {
    end = (error) => (error ? reject(error) : resolve('done'))
  })
  return { promise, end: (error?: Error) => end(error) }
}

test('nobody is given way when nothing is on its way', async () => {
  const rightOfWay = new RightOfWay()
  expect(rightOfWay.give()).toBeNull()
  expect(await rightOfWay.during(Promise.resolve('done'))).toBe('done')
  expect(rightOfWay.give()).toBeNull()
})

test('all wait until the last of those who go first is over, however it ended', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const rightOfWay = new RightOfWay()
    const [first, second] = [work(), work()]
    const over = [first, second].map(({ promise }) => rightOfWay.during(promise).catch((error: Error) => error.message))
    const went: string[] = []
    for (const name of ['a', 'b']) void rightOfWay.give()?.then(() => went.push(name))
    first.end()
    expect(await over[0]).toBe('done')
    expect(went).toEqual([])
    second.end(new Error('EIO'))
    expect(await over[1]).toBe('EIO')
    expect(went).toEqual(['a', 'b'])
    expect(rightOfWay.give()).toBeNull()
    expect(vi.getTimerCount()).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})

test('of a disk that does not answer nobody waits longer than the bounds', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const rightOfWay = new RightOfWay()
    void rightOfWay.during(work().promise)
    let went = 0
    const times = auditRightOfWayMsMax / auditGiveWayMsMax
    for (let i = 1; i <= times; i++) {
      void rightOfWay.give()?.then(() => went++)
      await vi.advanceTimersByTimeAsync(auditGiveWayMsMax - 1)
      expect(went).toBe(i - 1)
      await vi.advanceTimersByTimeAsync(1)
      expect(went).toBe(i)
    }
    expect(rightOfWay.give()).toBeNull()
  } finally {
    vi.useRealTimers()
  }
})
