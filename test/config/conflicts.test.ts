/** Places that cannot be two things at once: a file with two settings, a dead letter among the lines. */
import { expect, test } from 'vitest'
import { validate } from '../../src/config/validate.ts'

/** Symbolic links of this file system: /link is /a, whatever lies behind them. */
const realPath = (path: string) => path.replace(/^\/link(?=\/|$)/, '/a').replace(/\/[^/]+\/\.\.(?=\/)/, '')
const outside = { readFile: () => new Uint8Array(), realPath, variables: {} }

const faultsOf = (...backends: object[]) =>
  validate({ pipelines: [{ backends }] }, outside).faults.map(({ code, path }) => `${code} ${path}`)

const file = (path: string, settings = {}, beside = {}) => ({ type: 'File', file: { path, ...settings }, ...beside })

test('backends that share a file may differ in what is their own', () => {
  const json = { format: { preset: 'kuma' } }
  expect(faultsOf(file('/a/x'), file('/a/x', json, { queue: { whenFull: 'dropNewest' } }))).toEqual([])
})

test.each<[object, string]>([
  [{ mode: '0600' }, 'mode'],
  [{ makeDirectory: true }, 'makeDirectory'],
  [{ fsync: 'always' }, 'fsync'],
  [{ rotation: {} }, 'rotation'],
])('backends that share a file must agree about it: %j', (settings, key) => {
  expect(faultsOf(file('/a/x'), file('/a/x', settings))).toEqual([`conflict pipelines[0].backends[1].file.${key}`])
  expect(faultsOf(file('/a/x', settings), file('/a/x'))).toEqual([`conflict pipelines[0].backends[1].file.${key}`])
  expect(faultsOf(file('/a/x', settings), file('/a/x', settings))).toEqual([])
  expect(faultsOf(file('/a/x', settings), file('/a/y'))).toEqual([])
})

test('rotation is compared number by number, and off is no rotation', () => {
  const rotation = (rotation: object) => ({ rotation })
  const sizes = [file('/x', rotation({ maxSizeMb: 1 })), file('/x', rotation({ maxSizeMb: 2 }))]
  expect(faultsOf(...sizes)).toEqual(['conflict pipelines[0].backends[1].file.rotation'])
  expect(faultsOf(file('/x', rotation({ enabled: false, maxSizeMb: 5 })), file('/x'))).toEqual([])
  expect(faultsOf(file('/x', rotation({ maxAgeDays: 30 })), file('/x', rotation({ compress: false })))).toEqual([])
})

test('one file is known under all its paths', () => {
  for (const path of ['/b/../a/x', '/link/x']) {
    expect(faultsOf(file('/a/x'), file(path, { mode: '0600' }))).toEqual([
      'conflict pipelines[0].backends[1].file.mode',
    ])
  }
})

test('the standard streams are themselves, wherever they lead', () => {
  const toFile = { ...outside, realPath: () => '/a/x' }
  const backends = [file('/dev/stdout'), file('/a/x', { mode: '0600' })]
  expect(validate({ pipelines: [{ backends }] }, toFile).faults).toEqual([])
})

test('dead letters may share a file with each other, and never with lines', () => {
  const letters = (path: string) => ({ deadLetter: { path } })
  expect(faultsOf(file('/a/x', {}, letters('/a/dead')), file('/a/y', {}, letters('/link/dead')))).toEqual([])
  expect(faultsOf(file('/a/x', {}, letters('/link/x')))).toEqual(['duplicate pipelines[0].backends[0].deadLetter.path'])
  expect(faultsOf(file('/a/x', {}, letters('/a/y')), file('/a/y'))).toEqual([
    'duplicate pipelines[0].backends[0].deadLetter.path',
  ])
})
