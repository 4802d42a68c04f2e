import { expect, test } from 'vitest'
import { Intake } from '../../src/pipeline/intake.ts'
import { Rejections } from '../../src/pipeline/rejections.ts'

test('an entry that several pipelines reject counts once, with the first reason', () => {
  const intake = new Intake()
  const rejections = new Rejections(intake)
  rejections.add(3, 'truncated')
  rejections.add(3, 'wire_type')
  rejections.add(700, 'wire_type')
  expect([...intake.malformed]).toEqual([
    ['truncated', 1],
    ['wire_type', 1],
  ])
})

test('the same place in the next message is another entry', () => {
  const intake = new Intake()
  const rejections = new Rejections(intake)
  for (let message = 0; message < 3; message++) {
    rejections.clear()
    rejections.add(5, 'truncated')
    rejections.add(1, 'truncated')
    rejections.add(5, 'truncated')
  }
  expect(intake.malformedTotal).toBe(6)
})
