/** Documents of Kuma and Kubernetes among ours: told apart, read as Kuma reads YAML, and their places found again. */
import { describe, expect, test } from 'vitest'
import { loadDocuments } from '../../src/config/load.ts'

const load = (text: string) => loadDocuments('all.yaml', text)

test.each<[string, string, string | null]>([
  ['type: MeshAccessLog\nname: a', 'MeshAccessLog', 'a'],
  ['apiVersion: kuma.io/v1alpha1\nkind: Dataplane\nmetadata: {name: b}', 'Dataplane', 'b'],
  ['apiVersion: v1\nkind: List\nitems: []', 'List', null],
])('%j is foreign', (text, kind, name) => {
  const [document] = load(text)
  expect(document).toMatchObject({ kind, name, config: null, foreign: { repeatedKeys: [] } })
  expect(document!.faults.map(({ code }) => code)).toEqual(['unsupported_kind'])
})

test.each(['log: {level: warn}', 'kind: x', 'a: [', '- a', 'type: [a]'])('%j is not', (text) => {
  expect(load(text)[0]!.foreign).toBeNull()
})

test('ours keep their own rules beside one that is foreign', () => {
  const documents = load(
    'log: {level: warn}\nlog: {level: info}\n---\ntype: Mesh\nname: a\nname: b\n---\nlog: {level: yes}\n',
  )
  expect(documents.map(({ faults }) => faults.map(({ code }) => code))).toEqual([
    ['yaml'],
    ['unsupported_kind'],
    ['wrong_value'],
  ])
  expect(documents.map(({ index, foreign }) => [index, foreign?.value])).toEqual([
    [0, undefined],
    [1, { type: 'Mesh', name: 'b' }],
    [2, undefined],
  ])
})

test('yes is a boolean there, as for Kuma, and merged keys are merged', () => {
  const [document] = load('type: Mesh\nname: yes\na: &a {b: 12:30, c: 010}\nd: {<<: *a, c: off}')
  expect(document!.foreign!.value).toEqual({
    type: 'Mesh',
    name: true,
    a: { b: '12:30', c: 10 },
    d: { b: '12:30', c: false },
  })
})

test('repeated keys are told with both their places', () => {
  const [document] = load('type: Mesh\nspec:\n- a: 1\n  b: 2\n  a: 3\nname: x\nname: y\n')
  expect(document!.foreign!.repeatedKeys).toEqual([
    {
      code: 'duplicate_key',
      path: 'spec[0].a',
      message: 'is given again in line 5; the last one counts.',
      line: 3,
      column: 3,
    },
    {
      code: 'duplicate_key',
      path: 'name',
      message: 'is given again in line 7; the last one counts.',
      line: 6,
      column: 1,
    },
  ])
})

describe('a place', () => {
  const [document] = load('type: Mesh\nspec:\n  a: 1\n  tags: {"b c": 2, k8s.io/x: 3}\n  a: {d: 4}\n')
  test.each([
    ['spec.a', '5:6'],
    ['spec.a.d', '5:10'],
    ['spec.tags["b c"]', '4:17'],
    ['spec.tags["k8s.io/x"]', '4:30'],
    ['spec.tags["no"]', '4:3'],
    ['spec.missing', '2:1'],
    ['', '1:1'],
  ])('%s is at %s', (path, place) => {
    const { line, column } = document!.place({ code: 'x', path, message: 'x' })
    expect(`${line}:${column}`).toBe(place)
  })
})
