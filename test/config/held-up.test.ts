/** Who is told that it holds up others: a blocking backend whose streams somebody else gets as well. */
import { expect, test } from 'vitest'
import { validate } from '../../src/config/validate.ts'

const outside = { readFile: () => new Uint8Array(), realPath: (path: string) => path, variables: {} }

function warningsOf(...pipelines: object[]) {
  const { faults, warnings } = validate({ pipelines }, outside)
  expect(faults).toEqual([])
  return warnings
}

const pathsOf = (...pipelines: object[]) => warningsOf(...pipelines).map(({ code, path }) => `${code} ${path}`)

const file = (path: string, whenFull?: string) => ({
  type: 'File',
  file: { path },
  ...(whenFull && { queue: { whenFull } }),
})
const tcp = (whenFull?: string) => ({ type: 'Tcp', tcp: { address: 'a:1' }, ...(whenFull && { queue: { whenFull } }) })

test('a backend that blocks beside another of its pipeline', () => {
  expect(pathsOf({ backends: [file('/a'), tcp()] })).toEqual(['holds_up pipelines[0].backends[0].queue.whenFull'])
  expect(pathsOf({ backends: [file('/a', 'dropOldest'), tcp('block')] })).toEqual([
    'holds_up pipelines[0].backends[1].queue.whenFull',
  ])
})

test('nobody alone, nobody that drops, and nobody beside the same destination', () => {
  expect(pathsOf({ backends: [file('/a')] })).toEqual([])
  expect(pathsOf({ backends: [file('/a', 'dropNewest'), tcp(), file('/b', 'dropOldest')] })).toEqual([])
  expect(pathsOf({ backends: [file('/a'), file('/a')] })).toEqual([])
})

test.each<[object, object, boolean]>([
  [{}, {}, true],
  [{ entries: 'http' }, { entries: 'tcp' }, false],
  [{ entries: 'http' }, { entries: 'all' }, true],
  [{ logName: 'a' }, { logName: 'b' }, false],
  [{ logName: 'a*' }, { logName: '*b' }, true],
  [{ nodeId: 'x' }, { nodeId: 'y*' }, false],
  [{ nodeCluster: 'x' }, { nodeCluster: 'y' }, false],
  [{ logName: 'a*', nodeId: 'x' }, { logName: 'ab', nodeId: 'y' }, false],
])('pipelines that match %j and %j share streams: %s', (a, b, share) => {
  const paths = pathsOf({ match: a, backends: [file('/a')] }, { match: b, backends: [tcp()] })
  expect(paths).toEqual(share ? ['holds_up pipelines[0].backends[0].queue.whenFull'] : [])
})

test('the warning names whom it holds up, but not everybody', () => {
  const [one] = warningsOf({ name: 'p', backends: [file('/a'), tcp()] })
  expect(one!.message).toContain('while this destination stalls, p/tcp gets nothing')
  const [many] = warningsOf({ name: 'p', backends: [file('/a'), tcp(), tcp(), tcp(), tcp(), tcp()] })
  expect(many!.message).toContain('stalls, p/tcp, p/tcp-2, p/tcp-3 and 2 more get nothing')
})
