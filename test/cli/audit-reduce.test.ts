/** `als-sink audit reduce`: one line out for each line in. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { runHere } from './run-here.ts'

const vectors = fileURLToPath(new URL('../audit/vectors/k8s-policy/', import.meta.url))

function write(name: string, text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'als-sink-reduce-')), name)
  writeFileSync(path, text)
  return path
}

const reduce = (events: string, ...flags: string[]) => runHere('audit', 'reduce', '--events', events, ...flags)

describe('kube-apiserver', () => {
  const cases = readFileSync(join(vectors, 'reduce.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const targets = [...new Set(cases.map(({ target }) => JSON.stringify(target)))]
  test.each(targets)('agrees at %s', async (text) => {
    const target = JSON.parse(text) as { level: string; omitStages: string[]; omitManagedFields: boolean }
    const those = cases.filter((each) => JSON.stringify(each.target) === text)
    const events = write('e.jsonl', those.map(({ event }) => `${JSON.stringify(event)}\n`).join(''))
    const stages = target.omitStages.length > 0 ? ['--omit-stages', target.omitStages.join(',')] : []
    const fields = target.omitManagedFields ? ['--omit-managed-fields'] : []
    const { code, stdout, stderr } = await reduce(events, '--level', target.level, ...stages, ...fields)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(those.map(({ expected }) => expected))
  })
})

const one =
  '{"level":"RequestResponse","stage":"ResponseComplete","verb":"get","requestURI":"/api/v1/namespaces/d/secrets/s","responseObject":{"data":{"p":"cHc="}}}'
const other = one.replaceAll('secrets', 'pods')

test('a policy decides for each event', async () => {
  const policy = write(
    'p.yaml',
    'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- { level: None, resources: [ { resources: [secrets] } ] }\n- { level: Metadata }\n',
  )
  const { code, stdout } = await reduce(write('e.jsonl', `${one}\n${other}\n`), '--policy', policy)
  expect(code).toBe(0)
  expect(stdout).toBe(`null\n${other.replace('RequestResponse', 'Metadata').replace(/,"responseObject":.*/, '}')}\n`)
})

test.each(['webhook-mixed-all.json', 'webhook-truncated-2000.json', 'webhook-empty.json', 'log-mixed-all.jsonl'])(
  '%s is taken as it is, its items one a line with kind and version',
  async (name) => {
    const { code, stdout, stderr } = await reduce(join(vectors, 'events', name), '--level', 'RequestResponse')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const text = readFileSync(join(vectors, 'events', name), 'utf8')
    const sent = text
      .trim()
      .split('\n')
      .flatMap((line) => {
        const event = JSON.parse(line) as { items?: object[] | null }
        return 'items' in event ? (event.items ?? []) : [event]
      })
    const lines = stdout.split('\n').slice(0, -1)
    expect(lines.map((line) => JSON.parse(line))).toEqual(
      sent.map((event) => ({ kind: 'Event', apiVersion: 'audit.k8s.io/v1', ...event })),
    )
  },
)

test('a pretty-printed list is read too', async () => {
  const list = JSON.stringify({ kind: 'EventList', items: [JSON.parse(one), JSON.parse(other)] }, null, 2)
  const { stdout } = await reduce(write('e.json', list), '--level', 'Metadata')
  expect(stdout.trim().split('\n')).toHaveLength(2)
})

test('an event that cannot be judged is printed as it came, and named', async () => {
  const odd = one.replace('RequestResponse', 'Foo')
  const { code, stdout, stderr } = await reduce(write('e.jsonl', `${one}\n${odd}\n`), '--level', 'None')
  expect({ code, stdout }).toEqual({ code: 0, stdout: `null\n${odd}\n` })
  expect(stderr).toBe('event 2: its level "Foo" is unknown; it would be kept as it is\n')
})

test('a line that is no JSON is answered with null, and is a fault', async () => {
  const { code, stdout, stderr } = await reduce(write('e.jsonl', `{"level":\n${one}\n`), '--level', 'RequestResponse')
  expect({ code, stdout }).toEqual({ code: 1, stdout: `null\n${one}\n` })
  expect(stderr).toBe('event 1: byte 9: the text ends here\n')
})

test('secrets are redacted on request, alike with the same key', async () => {
  const events = write('e.jsonl', `${one}\n`)
  const keys = ['--redact-key', write('key', 'k')]
  const [plain, first, second, fresh] = await Promise.all([
    reduce(events, '--level', 'RequestResponse'),
    reduce(events, '--level', 'RequestResponse', '--redact', ...keys),
    reduce(events, '--level', 'RequestResponse', '--redact', ...keys),
    reduce(events, '--level', 'RequestResponse', '--redact'),
  ])
  expect(plain.stdout).toContain('cHc=')
  expect(first.stdout).toMatch(/"p":"redacted:hmac-sha256:[0-9a-f]{64}"/)
  expect(second.stdout).toBe(first.stdout)
  expect(fresh.stdout).not.toBe(first.stdout)
})

describe('wrong usage', () => {
  test.each([
    [[], 'Give --policy or --level'],
    [['--policy', 'p.yaml', '--level', 'None'], 'give --policy, or --level'],
    [['--level', 'metadata'], 'Allowed choices are None, Metadata, Request, RequestResponse'],
    [['--level', 'None', '--omit-stages', 'Foo'], 'Foo: no stage'],
    [['--level', 'None', '--redact-key', 'k'], '--redact-key goes with --redact'],
  ])('%j', async (flags, message) => {
    const { code, stderr } = await reduce(write('e.jsonl', ''), ...flags)
    expect(code).toBe(2)
    expect(stderr).toContain(message)
  })
})
