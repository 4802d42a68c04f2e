/** The shipped JSON Schema says the same as the validator about keys and words. */
import { expect, test } from 'vitest'
import { sinkJsonSchema } from '../../src/config/json-schema.ts'

interface Node {
  properties?: Record<string, Node>
  required?: string[]
  additionalProperties?: boolean
  enum?: string[]
  items?: Node
  oneOf?: Node[]
}

test('every key has a default, so none is required, and others are refused', () => {
  const schema = sinkJsonSchema() as Node
  expect(Object.keys(schema.properties!)).toEqual([
    'listen',
    'limits',
    'pipelines',
    'timeZone',
    'kuma',
    'log',
    'shutdown',
  ])
  expect(schema.required).toBeUndefined()
  expect(schema.additionalProperties).toBe(false)
})

test('a backend offers what this version carries out, and nothing else', () => {
  const [file] = (sinkJsonSchema() as Node).properties!['pipelines']!.items!.properties!['backends']!.items!.oneOf!
  expect(Object.keys(file!.properties!)).toEqual(['type', 'name', 'file', 'textSafety', 'contentTypeListed', 'queue'])
  expect(file!.required).toEqual(['type', 'file'])
  expect(file!.properties!['queue']!.properties!['whenFull']!.enum).toEqual(['block', 'dropOldest', 'dropNewest'])
})
