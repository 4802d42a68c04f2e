import { expect, test } from 'vitest'
import { Gate } from '../../src/pipeline/gate.ts'

test('an open gate lets through at once, a shut one when it opens, and once', () => {
  const gate = new Gate()
  const calls: string[] = []
  gate.whenOpen(() => calls.push('open'))
  gate.shut()
  gate.whenOpen(() => calls.push('shut'))
  expect(calls).toEqual(['open'])
  gate.open()
  gate.shut()
  gate.open()
  expect(calls).toEqual(['open', 'shut'])
})

test('one that shuts the gate behind itself leaves the others waiting, in order', () => {
  const gate = new Gate()
  const calls: number[] = []
  gate.shut()
  for (const i of [1, 2, 3]) {
    gate.whenOpen(() => {
      calls.push(i)
      if (i === 2) gate.shut()
    })
  }
  gate.open()
  expect(calls).toEqual([1, 2])
  expect(gate.isShut).toBe(true)
  gate.open()
  expect(calls).toEqual([1, 2, 3])
})

test('one function may wait twice, and one wait may be called off', () => {
  const gate = new Gate()
  let calls = 0
  const callback = () => calls++
  gate.shut()
  gate.whenOpen(callback)
  gate.whenOpen(callback)
  gate.whenOpen(callback)()
  gate.open()
  expect(calls).toBe(2)
})
