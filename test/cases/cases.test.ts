/**
 * The worked examples of the operator language, one hundred of them, and custom tags, as format cases in the YAML files beside this
 * one. They run through what `als-sink test` runs.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readCases } from '../../src/cases/read-cases.ts'
import { renderFailure } from '../../src/cli/print-outcome.ts'
import { runCase } from '../../src/cli/run-case.ts'
import { createKernel } from '../../src/kernel.ts'
import { encodeJsonMessage } from '../../src/schema/json.ts'
import { loadSchema } from '../../src/schema/load.ts'

const kernel = createKernel()
const files = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => {
    const path = join(import.meta.dirname, name)
    const text = readFileSync(path, 'utf8')
    return { name, path, text, items: [...readCases(path, text)] }
  })

describe.each(files)('$name', ({ path, text, items }) => {
  test('is read without a fault', () => {
    expect(items.filter(({ kind }) => kind !== 'case')).toEqual([])
  })

  const cases = items.flatMap((item) => (item.kind === 'case' ? [item.testCase] : []))
  test.each(cases)('$name', async (testCase) => {
    const failure = await runCase(testCase, kernel)
    const { name, line } = testCase
    expect(failure === null ? '' : renderFailure({ file: path, line, name }, failure, text)).toBe('')
  })
})

test('every example from 1 to 100 has a case', () => {
  const names = files.flatMap(({ items }) =>
    items.flatMap((item) => (item.kind === 'case' ? [item.testCase.name] : [])),
  )
  const numbers = names.flatMap((name) => /^F\.\d example (\d+): /.exec(name)?.slice(1).map(Number) ?? [])
  expect(new Set(numbers)).toEqual(new Set(Array.from({ length: 100 }, (_, i) => i + 1)))
})

test('the files agree about the entries that they share', () => {
  const fixtures = files.flatMap(({ text }) => /^ {2}fixtures: # http[\s\S]*?\n(?= {2}format)/m.exec(text)?.[0] ?? [])
  expect(fixtures.length).toBeGreaterThan(5)
  expect(new Set(fixtures).size).toBe(1)
})

test('F.9 example 97: a log name is kept to its last character, whatever it holds', () => {
  const logName = '10.0.0.9:5000;a;b %PROTOCOL%\n'
  const bytes = encodeJsonMessage(loadSchema(), 'envoy.service.accesslog.v3.StreamAccessLogsMessage.Identifier', {
    logName,
  })
  expect(kernel.decodeIdentifier(bytes)).toMatchObject({ logName })
})
