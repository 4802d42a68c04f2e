/** `als-sink explain`: programs, the catalogue, and why the line of an entry looks as it does. */
import { describe, expect, test } from 'vitest'
import { frame } from '../../src/captures/frame.ts'
import { http, jsonl, write } from './inputs.ts'
import { capture, run } from './run.ts'

const tcp = { tcpLogs: { logEntry: [{ connectionProperties: { receivedBytes: '7' } }] } }

describe('an entry', () => {
  test('is the first one unless another is asked for; its line comes before its operators', async () => {
    const input = jsonl(http('/a'))
    expect(await run('explain', '--input', input, '--text', '%REQ(:PATH)% %CONNECTION_ID%')).toEqual({
      code: 0,
      stderr: '',
      stdout: Buffer.from(
        [
          'entry 1: HTTP',
          '/a -',
          '',
          '%REQ(:PATH)%     "/a"',
          '%CONNECTION_ID%  absent',
          '    custom tag "als:%CONNECTION_ID%": not on the wire',
          '    fields of the entry: none carries it',
          '    → Let the logger ship it as the custom tag "als:%CONNECTION_ID%": `als-sink envoy` prints how.',
          '',
        ].join('\n'),
      ).toString('latin1'),
    })
  })

  test.each([
    ['2', 'HTTP', '/b'],
    ['3', 'TCP', '-'],
    ['4', 'HTTP', '/c'],
  ])('number %s, over kinds and messages', async (entry, kind, line) => {
    const input = jsonl(http('/a', '/b'), tcp, http('/c'))
    const { stdout } = await run('explain', '--input', input, '--text', '%REQ(:PATH)%\n', '--entry', entry)
    expect(stdout.split('\n').slice(0, 2)).toEqual([`entry ${entry}: ${kind}`, line])
  })

  test('absence that is right is told as such', async () => {
    const { stdout } = await run('explain', '--input', jsonl(tcp), '--text', '%PROTOCOL%')
    expect(stdout).toContain('    TCP entries: have no such value\n')
    expect(stdout).toContain("Nothing to mend: Envoy's own line has no value here either.\n")
  })

  test('as JSON, for programs', async () => {
    const { stdout } = await run(
      'explain',
      '--input',
      jsonl(http('/a')),
      '--text',
      '%ROUTE_NAME% %REQ(:PATH)%\n',
      '-o',
      'json',
    )
    expect(JSON.parse(stdout)).toEqual({
      entry: 1,
      kind: 'http',
      line: '- /a\n',
      operators: [
        {
          operator: '%ROUTE_NAME%',
          value: null,
          looked: [{ where: 'common_properties.route_name', found: 'not on the wire' }],
          mend: [],
        },
        {
          operator: '%REQ(:PATH)%',
          value: '/a',
          looked: [
            { where: 'custom tag "als:%REQ(:PATH)%"', found: 'not on the wire' },
            { where: 'request.request_headers[":path"]', found: 'not on the wire' },
            { where: 'request.path', found: '"/a"' },
          ],
          mend: [],
        },
      ],
    })
  })

  test('by a JSON format that leaves empty values out', async () => {
    const format = write('{"path": "%REQ(:PATH)%", "code": "%PROTOCOL%"}', 'format.json')
    const { stdout } = await run(
      'explain',
      '--input',
      jsonl(http('/a')),
      '--json-format',
      format,
      '--omit-empty-values',
    )
    expect(stdout).toContain('\n{"path":"/a"}\n\n%PROTOCOL%    absent\n')
  })

  test('values of Kuma: the stream that named itself last, and --kuma', async () => {
    const named = (id: string) => ({ identifier: { node: { id } }, ...http('/') })
    const input = jsonl(named('a.x'), http('/'), named('b.x'))
    const explain = (entry: string) =>
      run('explain', '--input', input, '--text', '%KUMA_MESH% %KUMA_ZONE%', '--kuma', 'zone=e=1', '--entry', entry)
    expect((await explain('2')).stdout).toContain('\na e=1\n')
    expect((await explain('3')).stdout).toContain('\nb e=1\n')
  })

  test('what a client sent does not steer the terminal', async () => {
    const { stdout } = await run('explain', '--input', jsonl(http('/\x1b[2J')), '--text', '%REQ(:PATH)%')
    expect(stdout).not.toContain('\x1b')
    expect(stdout).toContain('\\u001b[2J')
  })

  test('of a recorded stream', async () => {
    const { code, stdout } = await run('explain', '--input', capture, '--text', '%REQ(:METHOD)%', '--entry', '152')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^entry 152: HTTP\n[A-Z]+\n\n%REQ\(:METHOD\)% {2}"[A-Z]+"\n$/)
  })
})

describe('what cannot be explained', () => {
  test('a malformed entry, numbered as render does', async () => {
    // http_logs { log_entry {} · log_entry { request: a length beyond its entry } } · a field that is cut off
    const input = write(frame(Uint8Array.from([0x12, 6, 0x0a, 0, 0x0a, 2, 0x1a, 5, 0x0a, 9])), 'malformed.als')
    const rendered = await run('render', '--input', input, '--text', '%REQ(:PATH)%')
    const told = await Promise.all(
      ['2', '3'].map((entry) => run('explain', '--input', input, '--text', '%REQ(:PATH)%', '--entry', entry)),
    )
    expect(told.map(({ code, stdout }) => ({ code, stdout }))).toEqual(Array(2).fill({ code: 1, stdout: '' }))
    expect(told.map(({ stderr }) => stderr).join('')).toBe(rendered.stderr)
  })

  test('an entry beyond the last', async () => {
    expect(await run('explain', '--input', jsonl(http('/a'), tcp), '--text', 'x', '--entry', '3')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('There is no entry 3'),
    })
  })

  test('a capture that is not there', async () => {
    expect(await run('explain', '--input', '/no/such.als', '--text', 'x')).toMatchObject({
      code: 1,
      stderr: '/no/such.als cannot be read: there is no such file.\n',
    })
  })

  test('a format that is none', async () => {
    const { code, stderr } = await run('explain', '--input', jsonl(http('/a')), '--text', '%PROTOCOLL%')
    expect(stderr).toContain('Did you mean %PROTOCOL%?')
    expect(code).toBe(1)
  })

  test.each([
    [['--input', 'x.als'], 'Which format?'],
    [['--text', 'x', '--entry', '2'], '--input'],
    [['--operators', '-o', 'json'], '--input'],
    [['--input', 'x.als', '--text', 'x', '--entry', '0'], 'Entries are counted from 1.'],
    [['--input', 'x.als', '--text', 'x', '-c', 'sink.yaml'], 'no configuration'],
  ])('%j is wrong usage', async (args, words) => {
    expect(await run('explain', ...args)).toMatchObject({ code: 2, stderr: expect.stringContaining(words) })
  })
})

test('without an entry, the programs of the format are shown; the catalogue has a row for each operator', async () => {
  const { stdout } = await run('explain', '--text', '%ROUTE_NAME%')
  expect(stdout).toContain('== HTTPAccessLogEntry: 1 slots, 1 steps ==')
  expect((await run('explain', '--operators')).stdout).toMatch(/^%START_TIME/)
})
