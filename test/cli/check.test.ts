/** `als-sink check`, and what holds for every command line: exit codes, help, where output goes. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { run, scratch } from './run.ts'

const faulty = `pipelines:
- backends:
  - type: File
    file:
      path: /x
      format: { type: Plain, plain: "[%START_TIME%] %RESPONSE_COD%" }
  - type: File
    file:
      path: /y
      format:
        type: Json
        json:
        - { key: code, value: "%RESPONSE_CODE" }
`

function write(text: string, name = 'sink.yaml'): string {
  const file = join(scratch(), name)
  writeFileSync(file, text)
  return file
}

describe('the command line', () => {
  test.each<[string[], RegExp]>([
    [['chek'], /unknown command 'chek'/],
    [['check'], /Nothing to check/],
    [['check', '--colour'], /unknown option '--colour'/],
    [['check', '--text', 'a', '--json-format', 'b'], /Give one of/],
    [['check', '--text', 'a', '--kuma', 'mash=x'], /Did you mean mesh\?/],
    [['check', 'x.yaml', '--kuma-version', '2.15'], /Known versions are 2\.2, .*2\.14, 3\.0-dev/],
    [['render'], /--input/],
    [['render', '--input', 'x.als'], /Which format\?/],
    [['render', '--input', 'x.als', '--entries', 'udp'], /Allowed choices are http, tcp, all/],
    [['replay', 'x.als'], /--to/],
    [['replay', 'x.als', '--to', 'nowhere'], /--to must be an address/],
    [['replay', 'x.als', '--to', 'a:1', '--rate', '0'], /It must be a whole number from 1/],
    [['capture', '--listen', 'nowhere', '--dir', '/tmp'], /--listen must be an address/],
  ])('%j is wrong usage', async (args, complaint) => {
    const { code, stdout, stderr } = await run(...args)
    expect(stderr).toMatch(complaint)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })

  test('help and version are data, and no fault', async () => {
    const help = await run('--help')
    expect(help).toMatchObject({ code: 0, stderr: '' })
    for (const command of ['serve', 'check', 'explain', 'render', 'capture', 'replay', 'demo'])
      expect(help.stdout).toContain(`  ${command} `)
    expect(await run('--version')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
  })
})

describe('check', () => {
  test('reports the faults of all formats with line, column and caret', async () => {
    const file = write(faulty)
    const { code, stdout, stderr } = await run('check', file)
    expect(stdout).toBe(`${file}: 2 faults, 2 warnings\n`)
    expect(stderr).toContain(
      `${file}:6:53 pipelines[0].backends[0].file.format.plain, column 16: %RESPONSE_COD% is not an operator.
    [%START_TIME%] %RESPONSE_COD%
                   ^^^^^^^^^^^^^^
Did you mean %RESPONSE_CODE%?`,
    )
    expect(stderr).toContain(`${file}:13:32 pipelines[0].backends[1].file.format.json[0].value, column 1: `)
    expect(code).toBe(1)
  })

  test('says which lists of the logger a format needs, and what an older Envoy does not take', async () => {
    const format = '%REQ(X-A?:PATH)% %REQ(X-A?X-B)% %RESPONSE_HEADER(y)% %UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(8)%'
    const { code, stdout, stderr } = await run('check', '--text', format, '--envoy-version', '1.36.4')
    expect(code).toBe(0)
    expect(stdout).toBe('--text: accepted, 4 warnings\n')
    expect(stderr).toContain('additional_request_headers_to_log: ["x-a", "x-b"]')
    expect(stderr).toContain('additional_response_headers_to_log: ["y"]')
    expect(stderr).toContain('%RESPONSE_HEADER(y)% works here, but Envoy 1.36 itself takes it only from 1.37 on.')
    expect(stderr).toContain('_WITHOUT_PORT(8)% works here, but Envoy 1.36 itself takes it only from 1.38 on.')
    const silent = await run('check', '--text', '%REQ(:PATH)%', '--envoy-version', '1.40')
    expect([silent.stdout, silent.stderr]).toEqual(['--text: accepted\n', ''])
    expect((await run('check', '--text', 'x', '--envoy-version', 'new')).code).toBe(2)
  })

  test('answers programs in JSON, one item per document, in order', async () => {
    const good = write('log: {level: warn}\n---\nlisten: {http: 127.0.0.1:1}\n')
    const bad = write(faulty)
    const broken = write('a: [')
    const { code, stdout } = await run('check', '--output', 'json', good, bad, broken, '/no/such/file')
    const { documents } = JSON.parse(stdout) as { documents: object[] }
    const place = { line: expect.any(Number), column: expect.any(Number), message: expect.any(String) }
    const setting = { ...place, code: 'logger_setting', path: 'pipelines[0].backends[0].file' }
    expect(documents).toEqual([
      { file: good, index: 0, kind: 'sink', name: null, accepted: true, faults: [], warnings: [setting] },
      {
        file: good,
        index: 1,
        kind: 'sink',
        name: null,
        accepted: true,
        faults: [],
        warnings: [setting],
      },
      {
        file: bad,
        index: 0,
        kind: 'sink',
        name: null,
        accepted: false,
        faults: [
          {
            ...place,
            code: 'unknown_operator',
            path: 'pipelines[0].backends[0].file.format.plain',
            line: 6,
            column: 53,
          },
          {
            ...place,
            code: expect.any(String),
            path: 'pipelines[0].backends[1].file.format.json[0].value',
            line: 13,
            column: 32,
          },
        ],
        // Two files that block, on the same streams.
        warnings: [0, 1].map((i) => ({
          ...place,
          code: 'holds_up',
          path: `pipelines[0].backends[${i}].queue.whenFull`,
        })),
      },
      {
        file: broken,
        index: 0,
        kind: 'unknown',
        name: null,
        accepted: false,
        faults: [{ ...place, code: 'yaml', path: '' }],
        warnings: [],
      },
      {
        file: '/no/such/file',
        index: 0,
        kind: 'unknown',
        name: null,
        accepted: false,
        faults: [{ ...place, code: 'unreadable', path: '' }],
        warnings: [],
      },
    ])
    expect(code).toBe(1)
  })

  test.each<[string, number]>([
    ['%PROTOCOL%', 0],
    ['', 0],
    ['%PROTOCOL', 1],
    ['%KUMA_MESH%', 0],
  ])('--text %j ends with %d', async (text, code) => {
    expect((await run('check', '--text', text)).code).toBe(code)
  })

  test('--json-format places a fault in its file', async () => {
    const file = write('{\n  "a": { "b.c": ["%PROTOCOL%", "é %PROTCOL%"] }\n}\n', 'format.json')
    const { code, stderr } = await run('check', '--json-format', file)
    expect(stderr).toContain(`${file}:2:35 `)
    expect(stderr).toContain('Did you mean %PROTOCOL%?')
    expect(code).toBe(1)
    expect(await run('check', '--json-format', write('[1]', 'list.json'))).toMatchObject({ code: 1 })
    expect(await run('check', '--json-format', write('{', 'broken.json'))).toMatchObject({ code: 1 })
  })

  test('--json-schema prints the schema', async () => {
    const { code, stdout } = await run('check', '--json-schema')
    expect(JSON.parse(stdout)).toMatchObject({
      $schema: expect.any(String),
      properties: { pipelines: { type: 'array' } },
    })
    expect(code).toBe(0)
  })
})

describe('explain', () => {
  test('prints the generated source of a format', async () => {
    const { code, stdout } = await run('explain', '--text', '%PROTOCOL%\n')
    expect(stdout).toContain('function render')
    expect(code).toBe(0)
  })

  test('a format with faults is reported as check does', async () => {
    expect(await run('explain', '--text', '%PROTCOL%')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--text:1:1 '),
    })
  })
})
