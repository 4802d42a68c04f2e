/** The quick reader of plain YAML reads what the full parser reads, or leaves it to that. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments, stringify } from 'yaml'
import { kumaYaml } from '../../../src/config/kuma-yaml.ts'
import { readPlainYaml } from '../../../src/policy/store/plain-yaml.ts'

/** Undefined: more or less than one document without faults. */
function readFully(text: string): unknown {
  const documents = parseAllDocuments(text, kumaYaml)
  const [document] = Array.isArray(documents) ? documents : []
  if (!document || documents.length !== 1 || document.errors.length > 0) return undefined
  return document.toJS()
}

const policy = `# Who wrote this
apiVersion: kuma.io/v1alpha1
kind: MeshAccessLog
metadata:
  name: shop   # the shop
  namespace: kuma-system
  labels:
    kuma.io/mesh: default
spec:
  targetRef: { kind: MeshSubset, tags: { app: shop, "version": v1 } }
  to:
  - targetRef:
      kind: Mesh
    default:
      backends:
        - type: File
          file:
            path: /var/log/mesh/access.log
            format:
              type: Plain
              plain: '[%START_TIME%] "%REQ(:METHOD)%" it''s'

        - type: Tcp
          tcp: {address: logs, format: {type: Json, json: [{key: a, value: "%PROTOCOL%"}]}}
        # none

        -
          type: OpenTelemetry
          openTelemetry:
            endpoint: otel-collector:4317
            body:
              kvlistValue:
                values:
                  - key: "mesh\\n\\"x\\""
                    value:
                      stringValue: |
                        one
                          two

                        three
            attributes: []
            port: 4317
            on: off
      more:
        - - a
          - 10.0.0.1
        - |-
          block
        - yes
        - null
`

describe('what people write is plain', () => {
  test('a policy with comments, lists at both depths, quotes, blocks and brackets', () => {
    const noQuotedKey = policy.replace('"version"', 'version').replace(/ {12}on: off\n/, '')
    expect(readPlainYaml(noQuotedKey)).toEqual(readFully(noQuotedKey))
    expect(readPlainYaml(noQuotedKey)).toMatchObject({ kind: 'MeshAccessLog', metadata: { name: 'shop' } })
  })

  test.each([
    ['---\na: 1\n'],
    ['a:\n- b\n- c: d\n  e: f\ng:\n'],
    ['a:\n  - 1\n  - true\n  - No\n  - ~x\n'.replace('  - ~x\n', '')],
    ['a: b # c\n'],
    ['a: b#c\n'],
    ['a: http://x/y?z\n'],
    ['a: |\n  one\n\n  two\n\n\nb: 1\n'],
    ['- a\n- b: 1\n'],
    ['a: 192.168.0.7\nb: 10.0.0.9:5170\nc: 2024-01-31\nd: 12:30\n'],
    ['a: "x" # y\nb: \'it\'\'s\'\nc: "\\t\\\\\\/"\n'],
    ['a: {b: [c, {d: "e, f"}], g: 7}\nh: []\n'],
  ])('%j', (text) => {
    expect(readPlainYaml(text)).toBeDefined()
    expect(readPlainYaml(text)).toEqual(readFully(text))
  })

  test('of a repeated key the last one counts, in the place of the first', () => {
    expect(JSON.stringify(readPlainYaml('a: 1\nb: 2\na: 3\n'))).toBe('{"a":3,"b":2}')
  })
})

describe('what is not plain is left to the full parser', () => {
  test.each([
    ['a: &x 1\nb: *x\n'],
    ['<<: {a: 1}\n'],
    ['a: !!str 1\n'],
    ['a: one\n  two\n'],
    ['a: "one\n  two"\n'],
    ['a: [b,\n  c]\n'],
    ['a: >\n  folded\n'],
    ['a: |2\n  kept\n'],
    ['a: |+\n  kept\n\n'],
    ['a: |\n  x'],
    ['? a\n: b\n'],
    ['a:\tb\n'],
    ['a: b\r\n'],
    ['a: 1.5\n'],
    ['a: 0x1F\n'],
    ['a: 007\n'],
    ['a: -1\n'],
    ['a: .inf\n'],
    ['a: 12345678901234567890\n'],
    ['yes: 1\n'],
    ['1: a\n'],
    ['__proto__: {a: 1}\n'],
    ['"a": 1\n'],
    ['a: b: c\n'],
    ['a: "\\x41"\n'],
    ['a: 😀\n'],
    ['a: b\n c: d\n'],
    ['a:\n  b: 1\n c: 2\n'],
    ['a: 1\n- b\n'],
    ['a: [b\n'],
    ['just text\n'],
    ['--- a\n'],
    ['a: 1\n...\n'],
    ['%YAML 1.1\n---\na: 1\n'],
    [`${'- '.repeat(100)}a\n`],
    [''],
    ['# nothing\n'],
  ])('%j', (text) => expect(readPlainYaml(text)).toBeUndefined())
})

const leaf = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.constantFrom('shop', '10.0.0.1:80', '/var/log', '%START_TIME%', "it's", 'a b', 'yes', 7, true, null),
  },
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom(
    'a b',
    '%START_TIME%',
    'a: b',
    '# no',
    'x #y',
    '10.0.0.1:80',
    'yes',
    '007',
    '1e3',
    '',
    ' a ',
    'one\ntwo\n',
    '-',
    '|',
    "it's",
  ),
)
const key = fc.oneof(
  { weight: 30, arbitrary: fc.constantFrom('a', 'kuma.io/service', 'spec', 'b-c', 'd.e', '_f') },
  fc.constantFrom('on', '1', 'x y'),
  fc.string({ maxLength: 4 }),
)
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(key, tie('tree'), { maxKeys: 4, noNullPrototype: true }),
  ),
}))

function expectSame(text: string): boolean {
  const plain = readPlainYaml(text)
  if (plain === undefined) return false
  expect(plain).toEqual(readFully(text))
  return true
}

describe('whatever is read is what the full parser reads', () => {
  test('of documents as they are written by a program', () => {
    let read = 0
    fc.assert(
      fc.property(fc.dictionary(key, tree), fc.constantFrom(2, 4), fc.boolean(), (value, indent, indentSeq) => {
        if (expectSame(stringify(value, { indent, indentSeq, lineWidth: 0 }))) read++
      }),
      { numRuns: 400 },
    )
    expect(read).toBeGreaterThan(40)
  })

  test('of a policy that somebody is in the middle of editing', () => {
    const pieces = [
      ' ',
      '  ',
      '\n',
      '- ',
      '-',
      ': ',
      ':',
      '#',
      ' #',
      '"',
      "'",
      '{',
      '}',
      '[',
      ']',
      ',',
      '|',
      '>',
      '&a ',
      '*a',
      '?',
      '!',
      '%',
      'a',
      '0',
      '.',
      '\n\n',
      '---',
      '...',
    ]
    const edit = fc.record({ at: fc.nat(), remove: fc.nat({ max: 12 }), put: fc.constantFrom('', ...pieces) })
    let read = 0
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        let text = policy.replace('"version"', 'version').replace('on: off', 'x: off')
        for (const { at, remove, put } of edits) {
          const start = at % text.length
          text = text.slice(0, start) + put + text.slice(start + remove)
        }
        if (expectSame(text)) read++
      }),
      { numRuns: 1_500 },
    )
    expect(read).toBeGreaterThan(100)
  })
})
