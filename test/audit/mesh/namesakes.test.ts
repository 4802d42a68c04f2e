/** AccessAudits of one name. */
import { expect, test } from 'vitest'
import { findNamesakes, namesakeMessage } from '../../../src/audit/mesh/namesakes.ts'

const audits = (...pairs: (readonly [string, string | null])[]) =>
  pairs.map(([name, file]) => ({ resource: { name }, file }))

test('each but the first of a name is told at its file, with the other', () => {
  expect(findNamesakes(audits(['a', '1'], ['b', '1'], ['a', '2'], ['a', '3'], ['b', '1']))).toEqual([
    { name: 'a', first: '1', file: '2' },
    { name: 'a', first: '1', file: '3' },
    { name: 'b', first: '1', file: '1' },
  ])
  expect(namesakeMessage('a', '1')).toBe(
    'An AccessAudit "a" is in 1 as well. The rules of both select; give one of them another name.',
  )
})

test('one that was put over HTTP is told at the file, whichever came first', () => {
  const found = [{ name: 'a', first: null, file: '1' }]
  expect(findNamesakes(audits(['a', '1'], ['a', null]))).toEqual(found)
  expect(findNamesakes(audits(['a', null], ['a', '1']))).toEqual(found)
  expect(namesakeMessage('a', null)).toContain('was put over HTTP as well')
})
