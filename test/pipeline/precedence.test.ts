import { expect, test } from 'vitest'
import { precedenceMsMax } from '../../src/limits.ts'
import { ReadingGate } from '../../src/pipeline/breath.ts'
import { Precedence } from '../../src/pipeline/precedence.ts'
import { ManualClock } from './manual-clock.ts'

function rig() {
  const reading = new ReadingGate()
  const clock = new ManualClock()
  return { reading, clock, precedence: new Precedence(reading, clock) }
}

test('streams are not read while work is in hand, however many there are', () => {
  const { reading, precedence } = rig()
  precedence.begin()
  precedence.begin()
  expect(reading.isShut).toBe(true)
  precedence.end()
  expect(reading.isShut).toBe(true)
  precedence.end()
  expect(reading.isShut).toBe(false)
})

test('after its time the streams are read for as long, and then it is taken again if there is work still', () => {
  const { reading, clock, precedence } = rig()
  precedence.begin()
  clock.advance(precedenceMsMax)
  expect(reading.isShut).toBe(false)
  precedence.begin()
  precedence.end()
  expect(reading.isShut).toBe(false)
  clock.advance(precedenceMsMax)
  expect(reading.isShut).toBe(true)
  precedence.end()
  expect(reading.isShut).toBe(false)
})

test('work that ends in time leaves nothing behind, and the next has all of its time', () => {
  const { reading, clock, precedence } = rig()
  precedence.begin()
  clock.advance(precedenceMsMax - 1)
  precedence.end()
  precedence.begin()
  clock.advance(precedenceMsMax - 1)
  expect(reading.isShut).toBe(true)
  clock.advance(1)
  expect(reading.isShut).toBe(false)
})

test('what others hold stays held', () => {
  const { reading, precedence } = rig()
  reading.hold()
  precedence.begin()
  precedence.end()
  expect(reading.isShut).toBe(true)
  reading.release()
  expect(reading.isShut).toBe(false)
})
