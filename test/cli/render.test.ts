/** `als-sink render`: a capture and a format in, lines out. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { frame } from '../../src/captures/frame.ts'
import { until } from '../support/until.ts'
import { http, jsonl, write } from './inputs.ts'
import { capture, Running, run } from './run.ts'

const tcp = { tcp_logs: { log_entry: [{ connection_properties: { received_bytes: '7' } }] } }

test('a recorded stream has a line for every entry', async () => {
  const { code, stdout, stderr } = await run('render', '--input', capture, '--text', '%PROTOCOL% %RESPONSE_CODE%\n')
  const lines = stdout.split('\n')
  expect(lines.pop()).toBe('')
  expect(lines).toHaveLength(152)
  expect(new Set(lines)).toContain('HTTP/1.1 200')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
})

describe('formats', () => {
  test('--text is verbatim: no escapes, no newline added', async () => {
    expect(await run('render', '--input', jsonl(http('/a', '/b')), '--text', '\\n%REQ(:PATH)%;')).toMatchObject({
      stdout: '\\n/a;\\n/b;',
    })
  })

  test('--text-file keeps bytes that are no UTF-8', async () => {
    const file = write(Buffer.from([0xff, 0x25, 0x25, 0xc3, 0x0a]), 'format.txt')
    expect(await run('render', '--input', jsonl(http('/a')), '--text-file', file)).toMatchObject({
      stdout: '\xff%\xc3\n',
    })
  })

  test('--json-format, with and without absent values', async () => {
    const file = write('{"path": "%REQ(:PATH)%", "agent": "%REQ(USER-AGENT)%"}', 'format.json')
    const input = jsonl(http('/a'))
    expect(await run('render', '--input', input, '--json-format', file)).toMatchObject({
      stdout: '{"agent":null,"path":"/a"}\n',
    })
    expect(await run('render', '--input', input, '--json-format', file, '--omit-empty-values')).toMatchObject({
      stdout: '{"path":"/a"}\n',
    })
  })

  test('--kuma fills the operators of Kuma', async () => {
    const flags = ['--kuma', 'mesh=m', '--kuma', 'sourceService=a=b']
    const { stdout } = await run(
      'render',
      '--input',
      jsonl(http('/a')),
      '--text',
      '%KUMA_MESH% %KUMA_SOURCE_SERVICE% %KUMA_ZONE%\n',
      ...flags,
    )
    expect(stdout).toMatch(/^m a=b /)
  })

  test('-c takes the format of a backend', async () => {
    const file = (name: string, plain: string) => ({
      type: 'File',
      name,
      file: { path: '/nowhere', format: { type: 'Plain', plain } },
    })
    const one = write(JSON.stringify({ pipelines: [{ backends: [file('a', 'A %REQ(:PATH)%')] }] }), 'one.yaml')
    const two = write(JSON.stringify({ pipelines: [{ backends: [file('a', 'A'), file('b', 'B')] }] }), 'two.yaml')
    const input = jsonl(http('/a'))
    expect(await run('render', '--input', input, '-c', one)).toMatchObject({ code: 0, stdout: 'A /a\n' })
    expect(await run('render', '--input', input, '-c', two, '--backend', 'b')).toMatchObject({ code: 0, stdout: 'B\n' })
    expect(await run('render', '--input', input, '-c', two)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('There are a, b.'),
    })
    expect(await run('render', '--input', input, '-c', two, '--backend', 'c')).toMatchObject({ code: 2 })
  })
})

test.each([
  ['all', '/a\n-\n/b\n'],
  ['http', '/a\n/b\n'],
  ['tcp', '-\n'],
])('--entries %s', async (entries, lines) => {
  const input = jsonl(http('/a'), tcp, http('/b'))
  expect(await run('render', '--input', input, '--text', '%REQ(:PATH)%\n', '--entries', entries)).toMatchObject({
    code: 0,
    stdout: lines,
  })
})

describe('what cannot be rendered', () => {
  test('a malformed entry is named, has no line, and costs itself alone', async () => {
    // http_logs { log_entry {} · log_entry { request: a length beyond its entry } · log_entry {} }
    const message = Uint8Array.from([0x12, 8, 0x0a, 0, 0x0a, 2, 0x1a, 5, 0x0a, 0])
    const input = write(frame(message), 'malformed.als')
    const { code, stdout, stderr } = await run('render', '--input', input, '--text', '%REQ(:PATH)%\n')
    expect(stdout).toBe('-\n-\n')
    expect(stderr).toMatch(/^entry 2: \w+\n$/)
    expect(code).toBe(1)
  })

  test('a damaged identifier is told, and its entries are rendered all the same', async () => {
    // identifier { node of a length beyond it } · http_logs { log_entry {} }
    const input = write(frame(Uint8Array.from([0x0a, 2, 0x0a, 5, 0x12, 2, 0x0a, 0])), 'nobody.als')
    const { code, stdout, stderr } = await run('render', '--input', input, '--text', 'x\n')
    expect(stdout).toBe('x\n')
    expect(stderr).toMatch(/^entry 1: its message names nobody: /)
    expect(code).toBe(1)
  })

  test('a capture that ends inside a message is a fault; what came before is rendered', async () => {
    const input = write(readFileSync(capture).subarray(0, -1), 'torn.als')
    const { code, stdout, stderr } = await run('render', '--input', input, '--text', 'x\n')
    expect(stdout.length).toBeGreaterThan(0)
    expect(stderr).toContain(input)
    expect(code).toBe(1)
  })

  test('a capture that is not there', async () => {
    expect(await run('render', '--input', '/no/such.als', '--text', 'x')).toMatchObject({
      code: 1,
      stderr: '/no/such.als cannot be read: there is no such file.\n',
    })
  })
})

test('a reader that leaves early ends the work quietly', async () => {
  const many = write(Buffer.concat(Array(40).fill(readFileSync(capture))), 'many.als')
  const running = new Running(['render', '--input', many, '--text', `${'x'.repeat(500)}\n`])
  await until('the first line', () => running.stdout)
  running.child.stdout.destroy()
  expect(await running.ended).toMatchObject({ code: 0, stderr: '' })
})
