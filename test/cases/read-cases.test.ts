/** Case files: YAML and JSON Lines become cases, and whatever is wrong with one is told at its place. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { CaseItem, FormatCase } from '../../src/cases/format-case.ts'
import { readCases } from '../../src/cases/read-cases.ts'

const read = (text: string, file = 'cases.yaml'): CaseItem[] => [...readCases(file, text)]

function readOne(text: string, file?: string): FormatCase {
  const [item, ...rest] = read(text, file)
  expect(rest).toEqual([])
  if (item?.kind !== 'case') throw new Error(`No case: ${JSON.stringify(item)}`)
  return item.testCase
}

/** `line:column path: message` of everything that is wrong. */
function faults(text: string, file?: string): string[] {
  return read(text, file)
    .flatMap((item) => (item.kind === 'unusable' ? item.faults : item.kind === 'fault' ? [item.fault] : []))
    .map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`)
}

const lines = (items: CaseItem[]) => items.map((item) => (item.kind === 'case' ? item.testCase.line : item))

describe('where cases stand', () => {
  test('a document may hold one case, or a list of them; a file may hold several documents', () => {
    const text = ['format: { text: a }', '---', '- format: { text: b }', '- { format: { text: c } }', '---', ''].join(
      '\n',
    )
    expect(lines(read(text))).toEqual([1, 3, 4])
  })

  test('JSON Lines hold one case a line; empty lines and a byte order mark do not matter', () => {
    const text = '\ufeff{"format":{"text":"a"}}\n\n{"format":{"text":"b"}}\n'
    expect(lines(read(text, 'cases.jsonl'))).toEqual([1, 3])
  })

  test('what comes without an extension is told by its first line', () => {
    const line = '{"format":{"text":"a"}}'
    expect(lines(read(`${line}\n${line}\n`, '-'))).toEqual([1, 2])
    expect(lines(read(`- ${line}\n- ${line}\n`, '-'))).toEqual([1, 2])
  })

  test('a case without a name has its number', () => {
    const names = read('[{ format: { text: a } }, { name: b, format: { text: b } }, { format: { text: c } }]')
    expect(names.map((item) => item.kind === 'case' && item.testCase.name)).toEqual(['case 1', 'b', 'case 3'])
  })

  test('a file without any is a fault', () => {
    expect(faults('# nothing here\n')).toEqual(['1:1 : holds no cases.'])
  })
})

describe('what cases say', () => {
  test('every key has a default', () => {
    expect(readOne('format: { text: a }')).toMatchObject({
      format: { text: 'a' },
      options: { omitEmptyValues: false, kumaValues: {}, timeZone: null, dialect: 'sink', textSafety: {} },
      inputs: [],
      expectation: { kind: 'compiles' },
    })
  })

  test('options reach the engine by the names they have there', () => {
    const text = `{ format: { json: { a: 1 } }, omitEmptyValues: true, kuma: { mesh: m }, timeZone: Asia/Tokyo, dialect: envoy,
      textSafety: { escapeControl: true, wholeCharacters: false } }`
    expect(readOne(text)).toMatchObject({
      format: { json: { a: 1 } },
      options: {
        omitEmptyValues: true,
        kumaValues: { mesh: 'm' },
        timeZone: 'Asia/Tokyo',
        dialect: 'envoy',
        textSafety: { escapeControl: true, wholeCharacters: false },
      },
    })
  })

  test('keys that nobody knows are somebody else’s', () => {
    expect(readOne('{ format: { text: a }, origin: there, note: x, peerExpect: y, fixtures: [1] }').name).toBe('case 1')
  })

  test.each([
    ['expect: "é\\n"', { kind: 'output', bytes: Buffer.from('é\n') }],
    ['expect: ""', { kind: 'output', bytes: Buffer.from('') }],
    ['expectBase64: "/w=="', { kind: 'output', bytes: Buffer.from([0xff]) }],
    ['expectError: "At byte"', { kind: 'error', piece: 'At byte' }],
    ['expectError: ""', { kind: 'error', piece: '' }],
  ])('%s', (key, expectation) => {
    expect(readOne(`format: { text: a }\n${key}`).expectation).toEqual(expectation)
  })

  test('files lie beside the case file', () => {
    const dir = mkdtempSync(join(tmpdir(), 'als-sink-cases-'))
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
    writeFileSync(join(dir, 'expected.txt'), Buffer.from([0xff, 0x0a]))
    writeFileSync(join(dir, 'entries.jsonl'), '{}\n{}\n')
    const text = '{ format: { text: a }, capture: entries.jsonl, expectFile: expected.txt }'
    const { inputs, expectation } = readOne(text, join(dir, 'cases.yaml'))
    expect(expectation).toEqual({ kind: 'output', bytes: Buffer.from([0xff, 0x0a]) })
    expect(inputs.map(({ key, messages }) => [key, [...messages()].length])).toEqual([['capture', 2]])
  })

  test('a message may be written in either spelling, in JSON, or be given in binary', () => {
    const text = `
- { format: { text: a }, message: { tcpLogs: { logEntry: [{ connectionProperties: { sentBytes: 9007199254740993 } }] } } }
- { format: { text: a }, message: { tcp_logs: { log_entry: [{ connection_properties: { sent_bytes: "9007199254740993" } }] } } }
- { format: { text: a }, wire: Gg0KCxIJEIGAgICAgIAQ }`
    const bytes = [...read(text), ...read(jsonLine, 'cases.jsonl')].map((item) =>
      item.kind === 'case' ? Buffer.from([...item.testCase.inputs[0]!.messages()][0]!).toString('hex') : item,
    )
    // tcp_logs { log_entry { connection_properties { sent_bytes: 2^53 + 1 } } }
    expect(bytes).toEqual(Array(4).fill('1a0d0a0b1209108180808080808010'))
  })

  const jsonLine = `{"format":{"text":"a"},"message":{"tcpLogs":{"logEntry":[{"connectionProperties":{"sentBytes":9007199254740993}}]}}}`

  test('fixtures are merged, and null takes a field away', () => {
    const text = `
- format: { text: a }
  fixtures: { entry: &entry { protocolVersion: HTTP11, request: { path: /a } } }
  message: { httpLogs: { logEntry: [{ <<: *entry, request: null }] } }`
    expect(Buffer.from([...readOne(text).inputs[0]!.messages()][0]!).toString('hex')).toBe('12040a021002')
  })

  test('integers of a format are numbers, also those that no number holds', () => {
    expect(readOne('format: { json: { a: 9007199254740993, b: -0, c: 0x10 } }').format).toEqual({
      json: { a: 9007199254740992, b: -0, c: 16 },
    })
  })
})

describe('what is wrong', () => {
  test.each([
    ['- 5', '1:3 : must be a case, which is an object with a format, not 5.'],
    ['name: a', '1:1 format: must be { text: "…" } or { json: {…} }, with the semantics of Envoy.'],
    [
      'format: { text: a, json: {} }',
      '1:9 format: must be { text: "…" } or { json: {…} }, with the semantics of Envoy.',
    ],
    ['format: { text: 5 }', '1:17 format.text: must be a string, not 5.'],
    ['{ format: { text: a }, omitEmptyValues: "yes" }', '1:41 omitEmptyValues: must be true or false, not "yes".'],
    ['{ format: { text: a }, dialect: envoi }', '1:33 dialect: must be sink (the default) or envoy, not "envoi".'],
    ['{ format: { text: a }, capture: 1 }', '1:33 capture: must name a file, not 1.'],
    ['{ format: { text: a }, wire: "?" }', '1:30 wire: must be base64, not "?".'],
    ['{ format: { text: a }, expect: 5 }', '1:32 expect: must be a string, not 5. Put it in quotes.'],
    ['{ format: { text: a }, expect: }', '1:32 expect: must be a string, not null. Put it in quotes.'],
    [
      '{ format: { text: a }, expect: "", expectError: "" }',
      '1:49 expectError: cannot stand beside expect: a case expects one thing.',
    ],
  ])('%s', (text, fault) => {
    expect(faults(text)).toEqual([fault])
  })

  test.each([
    ['{ format: { text: a }, timeZone: Europe/Wien }', /^1:34 timeZone: must be an IANA time zone/],
    ['{ format: { text: a }, kuma: { mush: m } }', /^1:38 kuma\.mush: is not a key of kuma .* Did you mean mesh\?$/],
    ['{ format: { text: a }, textSafety: { escapeControl: 1 } }', /^1:53 textSafety\.escapeControl: must be a boolean/],
    ['{ format: { text: a }, expectFile: no/such }', /^1:36 expectFile: cannot be read: ENOENT/],
    [
      'format: { text: a }\nmessage:\n  httpLogs: { logEntry: [{ requst: {} }] }',
      /^3:36 message\.httpLogs\.logEntry\[0\]\.requst: .* Did you mean request\?$/,
    ],
  ])('%s', (text, fault) => {
    expect(faults(text)).toEqual([expect.stringMatching(fault)])
  })

  test('everything that is wrong with a case is told at once', () => {
    expect(faults('{ format: {}, dialect: 1, expect: 2 }')).toHaveLength(3)
  })

  test('a line that is no JSON is told with its number, and the others are cases', () => {
    const items = read('{"format":{"text":"a"}}\n{"format":\n{"format":{"text":"b"}}\n', 'cases.jsonl')
    expect(items.map(({ kind }) => kind)).toEqual(['case', 'fault', 'case'])
    expect(items[1]).toMatchObject({ fault: { code: 'json', line: 2, column: 1 } })
  })

  test('a document that is no YAML costs itself alone', () => {
    const items = read('format: { text: a }\n---\nformat: { text: "b }\n---\nformat: { text: c }\n')
    expect(items.map(({ kind }) => kind)).toContain('fault')
    expect(items[0]).toMatchObject({ kind: 'case' })
    expect(items.find(({ kind }) => kind === 'fault')).toMatchObject({ fault: { code: 'yaml' } })
  })

  test('aliases without an anchor and aliases without end are refused', () => {
    expect(faults('format: { text: a }\nmessage: *nobody\n')).toEqual([expect.stringContaining('nobody')])
    const bomb = Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(9)}]`)
    expect(faults(`a0: &a0 [x]\n${bomb.join('\n')}\nformat: { text: a }\n`)).toEqual([expect.stringContaining('alias')])
  })
})
