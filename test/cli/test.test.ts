/** `als-sink test`: cases are run, failures are shown, and everything is counted. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { frame } from '../../src/captures/frame.ts'
import { runCommandLine } from '../../src/cli/program.ts'
import type { Terminal } from '../../src/cli/terminal.ts'
import { scratch } from './run.ts'

interface Said {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** In this process, with a terminal that keeps what it is told. */
async function run(...args: string[]): Promise<Said> {
  const said = { stdout: '', stderr: '' }
  const terminal: Terminal = {
    out: async (data) => void (said.stdout += typeof data === 'string' ? data : Buffer.from(data).toString('latin1')),
    err: (text) => void (said.stderr += text),
    errIsTerminal: false,
    errColumns: 80,
    pid: 0,
    env: {},
    onSignal: () => () => {},
  }
  const code = await runCommandLine(['test', ...args], terminal)
  return { code, ...said }
}

/** Files in a directory of their own. */
function write(files: Readonly<Record<string, string | Uint8Array>>): string[] {
  const dir = scratch()
  return Object.entries(files).map(([name, data]) => {
    writeFileSync(join(dir, name), data)
    return join(dir, name)
  })
}

const entry = 'message: { httpLogs: { logEntry: [{ request: { path: /a } }] } }'

test('cases that pass are counted', async () => {
  const files = write({
    'a.yaml': `- { format: { text: "%REQ(:PATH)%\\n" }, ${entry}, expect: "/a\\n" }\n- { format: { json: { p: "%REQ(:PATH)%" } }, ${entry}, expect: "{\\"p\\":\\"/a\\"}\\n" }`,
    'b.jsonl': '{"format":{"text":"%NOPE%"},"expectError":"%NOPE%"}\n{"format":{"text":"x"}}\n',
  })
  expect(await run(...files)).toEqual({ code: 0, stdout: '4 passed, 0 failed\n', stderr: '' })
})

describe('a failing case', () => {
  test('shows what was expected, what came, and where they part', async () => {
    const [file] = write({
      'a.yaml': `- name: the path\n  format: { text: "%REQ(:PATH)%\\n" }\n  ${entry}\n  expect: "/b\\n"`,
    })
    expect(await run(file!)).toEqual({
      code: 1,
      stdout: [
        'FAILED the path',
        `  ${file}:1`,
        '  expected /b␊',
        '  got      /a␊',
        '            ^ byte 1',
        '',
        '0 passed, 1 failed',
        '',
      ].join('\n'),
      stderr: '',
    })
  })

  test('names the line when there are several', async () => {
    const [file] = write({ 'a.yaml': `format: { text: "x\\ny%REQ(:PATH)%" }\n${entry}\nexpect: "x\\ny-"` })
    expect((await run(file!)).stdout).toContain('^ byte 3, line 2\n')
  })

  test('shows what is wrong with its format, at its place in the file', async () => {
    const [file] = write({ 'a.yaml': 'name: a typo\nformat:\n  text: "%REQ(:PATH)% %PROTOKOL%"\n' })
    const { stdout } = await run(file!)
    expect(stdout).toMatch(
      /^FAILED a typo\n {2}\S+a\.yaml:3:23 format\.text, column 14: %PROTOKOL% is not an operator\.\n/,
    )
    expect(stdout).toContain('      %REQ(:PATH)% %PROTOKOL%\n                   ^^^^^^^^^^\n')
  })

  test('says so when the format should have been refused', async () => {
    const [file] = write({
      'a.yaml': '- { format: { text: a }, expectError: "" }\n- { format: { text: a }, expectError: no such }',
    })
    const { stdout } = await run(file!)
    expect(stdout).toContain('expected a configuration error\n  got      a format that compiles\n')
    expect(stdout).toContain('expected a configuration error that says "no such"\n  got      a format that compiles\n')
  })

  test('shows the error that came instead of the expected one', async () => {
    const [file] = write({ 'a.yaml': '{ format: { text: "%NOPE%" }, expectError: newline }' })
    const { stdout } = await run(file!)
    expect(stdout).toContain('expected a configuration error that says "newline"\n  got\n')
    expect(stdout).toContain('%NOPE% is not an operator')
  })

  test('says why an entry has no line', async () => {
    // http_logs { log_entry {} · log_entry { request: a length beyond its entry } }
    const wire = Buffer.from([0x12, 6, 0x0a, 0, 0x0a, 2, 0x1a, 5]).toString('base64')
    const [file] = write({
      'a.yaml': `- { format: { text: "%REQ(:PATH)%." }, wire: ${wire}, expect: "-.-." }\n- { format: { text: "%REQ(:PATH)%." }, wire: ${wire}, expect: "-." }`,
    })
    const { stdout } = await run(file!)
    expect(stdout).toMatch(/got {6}-\.\n {13}\^ byte 2, from its wire\n {2}entry 2: \w+\n/)
    expect(stdout).toMatch(/1 passed, 1 failed\n$/)
  })

  test('is named when its entries are nowhere', async () => {
    const [file] = write({ 'a.yaml': '{ format: { text: "x" }, expect: "x" }' })
    expect((await run(file!)).stdout).toContain(
      'got      (nothing)\n           ^ byte 0\n  it has no message, wire or capture',
    )
  })

  test('is one whose capture cannot be read', async () => {
    const files = write({
      'a.yaml':
        '- { format: { text: "x" }, capture: no.als, expect: "" }\n- { format: { text: "x" }, capture: torn.als, expect: "x" }\n- { format: { text: "x" }, capture: b.txt, expect: "" }',
      'torn.als': frame(Uint8Array.from([0x12, 2, 0x0a, 0])).subarray(0, 7),
    })
    const { stdout } = await run(files[0]!)
    expect(stdout).toMatch(/its capture cannot be read: ENOENT/)
    expect(stdout).toMatch(/its capture cannot be read: \S+torn\.als, offset 0: the file ends inside a frame/)
    expect(stdout).toMatch(/A capture ends in \.als or \.jsonl/)
    expect(stdout).toMatch(/0 passed, 3 failed\n$/)
  })

  test('may be one that gives its entries in two ways of which one is wrong', async () => {
    const [file] = write({ 'a.yaml': `{ format: { text: "%REQ(:PATH)%" }, ${entry}, wire: EgIKAA==, expect: /a }` })
    expect((await run(file!)).stdout).toContain('^ byte 0, from its wire\n')
  })
})

test('a capture of several messages is one stream', async () => {
  const messages = [Uint8Array.from([0x12, 2, 0x0a, 0]), Uint8Array.from([0x12, 4, 0x0a, 0, 0x0a, 0])]
  const [file] = write({
    'a.yaml': '{ format: { text: "x" }, capture: three.als, expect: xxx }',
    'three.als': Buffer.concat(messages.map(frame)),
  })
  expect(await run(file!)).toMatchObject({ code: 0 })
})

describe('what cannot be used', () => {
  test('a case that is written wrongly fails, and the others are run', async () => {
    const [file] = write({ 'a.yaml': '- { name: odd, format: { txt: a } }\n- { format: { text: a } }\n' })
    const { code, stdout } = await run(file!)
    expect(stdout).toMatch(/^FAILED odd\n {2}\S+a\.yaml:1:24 format: must be/)
    expect(stdout).toMatch(/1 passed, 1 failed\n$/)
    expect(code).toBe(1)
  })

  test('a file that is broken or missing is told, and the other files are run', async () => {
    const [broken, good] = write({ 'a.yaml': 'name: a\nformat: { text: "b\n', 'b.yaml': 'format: { text: a }' })
    const { code, stdout, stderr } = await run(broken!, '/no/such.yaml', good!)
    expect(stderr).toMatch(/^\S+a\.yaml:\d+:\d+ /)
    expect(stderr).toContain('/no/such.yaml cannot be read: there is no such file.\n')
    expect(stdout).toMatch(/^1 passed, [2-9] failed\n$/)
    expect(code).toBe(1)
  })

  test('without a file nothing is asked', async () => {
    expect(await run()).toMatchObject({ code: 2, stdout: '' })
  })
})

test('--output json', async () => {
  const [file, broken] = write({
    'a.yaml': `- { name: good, format: { text: a } }\n- { name: bad, format: { text: "%REQ(:PATH)%" }, ${entry}, expect: "/b" }\n- { name: typo, format: { text: "%NOPE%" } }`,
    'b.jsonl': '{\n',
  })
  const { code, stdout, stderr } = await run('--output', 'json', file!, broken!)
  expect(JSON.parse(stdout)).toEqual({
    passed: 1,
    failed: 3,
    cases: [
      { file, line: 1, name: 'good', passed: true },
      {
        file,
        line: 2,
        name: 'bad',
        passed: false,
        reason: 'difference',
        input: 'message',
        expectedBase64: 'L2I=',
        gotBase64: 'L2E=',
        byteOffset: 1,
        complaints: [],
      },
      {
        file,
        line: 3,
        name: 'typo',
        passed: false,
        reason: 'refused',
        faults: [expect.objectContaining({ code: 'unknown_operator', path: 'format.text', line: 3, column: 34 })],
      },
    ],
    faults: [expect.objectContaining({ file: broken, code: 'json', line: 1 })],
  })
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
})
