/** The names by which KUMA_… values are filled into an endpoint are the catalogue's. */
import { expect, test } from 'vitest'
import { anyValueByOperator, valuesByOperator } from '../../src/config/kuma-operators.ts'
import { operators } from '../../src/format/operators.ts'

// KUMA_SOURCE_ADDRESS ends with port 0, where nobody can be reached.
test('every operator of the catalogue that begins with KUMA_ is one, but the address with a port', () => {
  const known = [...operators.keys()].filter((name) => name.startsWith('KUMA_') && name !== 'KUMA_SOURCE_ADDRESS')
  expect(Object.keys(anyValueByOperator).sort()).toEqual(known.sort())
})

test('values that are given have their names', () => {
  expect(valuesByOperator({ mesh: 'm', sourceAddress: '10.0.0.3' })).toEqual({
    KUMA_MESH: 'm',
    KUMA_SOURCE_ADDRESS_WITHOUT_PORT: '10.0.0.3',
  })
})
