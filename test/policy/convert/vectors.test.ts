/**
 * Every policy that some version of Kuma takes, converted to the newest release and to what comes after it: the result is taken there, or
 * it is told what was left. What is left is listed here with its reason.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { convertFiles } from '../../../src/policy/convert/convert.ts'
import type { KumaVersion } from '../../../src/policy/kuma-version.ts'
import { validateMeshAccessLog } from '../../../src/policy/validation/validate.ts'

const systemNamespaces = ['kuma-system']

interface Case {
  readonly id: string
  readonly document: string
  readonly results: Readonly<Record<string, { readonly apply: { readonly accepted: boolean } }>>
}

const taken = readFileSync(new URL('../vectors/validate.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Case)
  .filter(({ results }) => Object.values(results).some(({ apply }) => apply.accepted))

/** No dialect of the target says the same. */
const leftIn: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '2.14': {
    k1: 'names of attributes have a grammar since 2.14, and another name is another attribute',
    k2: 'the same',
    k3: 'the same',
    k4: 'the same',
    k5: 'the same',
    m1: 'matches were not read before 2.14, and this one is wrong',
    m3: 'the same',
    'mesh-with-name': 'only after 2.14 is a name not read there',
    'ref-plus-endpoint': 'which of the two was read depends on the version it is from',
    'svc-name-and-labels': 'the same',
  },
  '3.0-dev': {
    e1: 'the endpoint has no port that a resource could name',
    k1: 'names of attributes have a grammar since 2.14, and another name is another attribute',
    k2: 'the same',
    k3: 'the same',
    k4: 'the same',
    k5: 'the same',
    m1: 'matches were not read before 2.14, and this one is wrong',
    m3: 'the same',
  },
}

describe.each<[KumaVersion]>([['2.14'], ['3.0-dev']])('to %s', (version) => {
  test('every policy that Kuma took is taken again, but for those that are listed', () => {
    const left = taken.filter(({ document }) => leftOf(convert(document, version)).length > 0)
    expect(left.map(({ id }) => id).sort()).toEqual(Object.keys(leftIn[version]!).sort())
    const others = taken.filter((each) => !left.includes(each))
    expect(others.length).toBeGreaterThan(15)
    for (const { id, document } of others)
      expect([id, ...faultsOf(convert(document, version).text, version)]).toEqual([id])
  })

  test('what has been converted needs no more of it', () => {
    for (const { id, document } of taken) {
      const again = convert(convert(document, version).text, version)
      expect([id, ...again.changes.filter(({ kind }) => kind === 'changed')]).toEqual([id])
    }
  })
})

function convert(text: string, version: KumaVersion) {
  return convertFiles([{ file: 'p.yaml', text }], { version, systemNamespaces })
}

const leftOf = ({ changes }: ReturnType<typeof convert>) => changes.filter(({ kind }) => kind === 'left')

function faultsOf(text: string, version: KumaVersion): string[] {
  const documents = parseAllDocuments(text).map((document) => document.toJS() as Record<string, unknown>)
  return documents
    .filter(({ type, kind }) => type === 'MeshAccessLog' || kind === 'MeshAccessLog')
    .flatMap((document) => validateMeshAccessLog(document, { version, systemNamespaces }).faults)
    .map(({ path, message }) => `${path}: ${message}`)
}
