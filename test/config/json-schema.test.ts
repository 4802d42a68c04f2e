/** The shipped JSON Schema says the same as the validator about keys and words. */
import { describe, expect, test } from 'vitest'
import { sinkJsonSchema } from '../../src/config/json-schema.ts'

interface Node {
  properties?: Record<string, Node>
  required?: string[]
  additionalProperties?: boolean
  enum?: string[]
  items?: Node
  oneOf?: Node[]
  anyOf?: Node[]
  type?: string
  const?: string
}

test('every key has a default, so none is required, and others are refused', () => {
  const schema = sinkJsonSchema() as Node
  expect(Object.keys(schema.properties!)).toEqual([
    'listen',
    'limits',
    'pipelines',
    'timeZone',
    'policies',
    'kuma',
    'audit',
    'log',
    'shutdown',
  ])
  expect(schema.required).toBeUndefined()
  expect(schema.additionalProperties).toBe(false)
})

describe('a backend offers what this version carries out, and nothing else', () => {
  const kinds = (sinkJsonSchema() as Node).properties!['pipelines']!.items!.properties!['backends']!.items!.oneOf!
  test.each([
    ['File', 'file', 'block'],
    ['Tcp', 'tcp', 'dropOldest'],
    ['OpenTelemetry', 'openTelemetry', 'dropOldest'],
  ])('%s', (type, key, whenFull) => {
    const kind = kinds.find((each) => each.properties!['type']!.const === type)!
    const common = ['textSafety', 'contentTypeListed', 'queue', 'spool', 'deadLetter']
    expect(Object.keys(kind.properties!)).toEqual(['type', 'name', key, ...common])
    expect(kind.required).toEqual(['type', key])
    const queue = kind.properties!['queue']!.properties!
    expect(queue['whenFull']).toMatchObject({ enum: ['block', 'dropOldest', 'dropNewest'], default: whenFull })
  })
})

test('a place to listen is a text, an object with TLS, or for gRPC a list of either', () => {
  const { grpc, http } = (sinkJsonSchema() as Node).properties!['listen']!.properties!
  const [text, object, list] = grpc!.anyOf!
  expect(text!.type).toBe('string')
  expect(object).toMatchObject({ required: ['address'], additionalProperties: false })
  expect(object!.properties!['tls']!.required).toEqual(['cert', 'key'])
  expect(list).toMatchObject({ type: 'array', items: { anyOf: [text, object] } })
  expect(http!.anyOf).toEqual([text, object, { type: 'null' }])
})
