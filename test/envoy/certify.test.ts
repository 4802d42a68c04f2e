/**
 * The parity certificate for the newest Envoy, repeated: no difference without a declared reason, no operator without values, and no
 * row worse than docs/parity.json says. Before that, the judge itself: it has to find what is wrong.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { certifyVersion } from '../../envoy/certify/certify-version.ts'
import { coverageFaults } from '../../envoy/certify/coverage.ts'
import { judge } from '../../envoy/certify/judge.ts'
import { separator } from '../../envoy/certify/loggers.ts'
import { type Row, readRecord, type VersionRecord, worseThan } from '../../envoy/certify/record.ts'
import { forms, type Written } from '../../envoy/certify/render.ts'
import { exactCount, report } from '../../envoy/certify/report.ts'
import type { Logged } from '../../envoy/certify/run.ts'
import { envoyVersion } from '../../envoy/install.ts'
import { describeWithEnvoy } from './real-envoy.ts'

const recordPath = new URL('../../docs/parity.json', import.meta.url).pathname
const pagePath = new URL('../../docs/parity.md', import.meta.url).pathname

describeWithEnvoy('the parity certificate', (binary) => {
  test(`every operator of Envoy ${envoyVersion} is as good as recorded`, async () => {
    const recorded = readRecord(recordPath)[envoyVersion]!
    const { record, judgements, faults } = await certifyVersion(envoyVersion, binary)
    const { exact, accepted } = exactCount(record)
    const compared = judgements.reduce((sum, { present, absent }) => sum + (present + absent) * forms.length, 0)
    console.log(`parity ${envoyVersion}: ${exact} of ${accepted} operators exact in text and JSON, ${compared} values`)
    expect(faults).toEqual([])
    expect(worseThan(recorded, record)).toEqual([])
  }, 240_000)
})

test('docs/parity.md says what docs/parity.json holds', () => {
  expect(readFileSync(pagePath, 'utf8')).toBe(report(readRecord(recordPath)))
})

describe('the judge', () => {
  test('counts values and calls equal lines equal', () => {
    const [judgement] = judged('REQ(X-VALUE)', [same('a'), same('b'), same('a'), same(null)])
    expect(judgement).toMatchObject({ present: 3, distinct: 2, absent: 1, carried: true })
    for (const form of forms) expect(judgement!.forms[form]).toMatchObject({ equal: 4, moved: 0, unexplained: [] })
  })

  test('tells a difference that no reason explains, with its entry', () => {
    const [judgement] = judged('REQ(X-VALUE)', [same('a'), { before: 'b', after: 'b', sink: 'c' }])
    expect(judgement!.forms.text.unexplained).toEqual([{ who: 'entry 1', envoy: 'b', sink: 'c' }])
    expect(judgement!.forms.json.unexplained).toEqual([{ who: 'entry 1', envoy: '"b"', sink: '"c"' }])
  })

  test('takes a value that went by the clock only between its two moments', () => {
    const [judgement] = judged('EMIT_TIME(%s.%3f)', [
      { before: '10.001', after: '10.005', sink: '10.003' },
      { before: '10.001', after: '10.005', sink: '10.006' },
    ])
    expect(judgement!.forms.text).toMatchObject({ moved: 1, unexplained: [{ who: 'entry 1', sink: '10.006' }] })
  })

  test('does not let the clock excuse other operators', () => {
    const [judgement] = judged('BYTES_SENT', [{ before: '1', after: '3', sink: '2' }])
    expect(judgement!.forms.text.unexplained).toHaveLength(1)
  })

  test('names the reason where one is declared, and only for the versions it is declared for', () => {
    const entry = { before: '/web/\xff', after: '/web/\xff', sink: '/web/!' }
    expect([...judged('PATH', [entry], '1.36.4')[0]!.forms.text.explained.keys()]).toEqual(['invalid-utf-8'])
    expect(judged('PATH', [entry], envoyVersion)[0]!.forms.text.unexplained).toHaveLength(1)
  })
})

test.each([
  ['too few values', { use: 'REQ(REFERER)', distinct: 2, absent: 1 }, /2 different values, 3 are asked for/],
  ['never absent', { use: 'REQ(REFERER)', distinct: 3, absent: 0 }, /absent nowhere/],
  ['absent against what is said', { use: 'BYTES_SENT', distinct: 3, absent: 1 }, /absent in 1 entries/],
  ['more values than are said to be', { use: 'HOSTNAME', distinct: 2, absent: 0 }, /2 different values, though/],
])('a corpus is found wanting: %s', (_, values, fault) => {
  expect(coverageFaults([values])).toEqual([expect.stringMatching(fault)])
})

test.each([
  ['a form that differs now', { A: row({ json: ['json-cut'] }) }, /A differs in json, which it did not: json-cut/],
  ['a row that is gone', {}, /A is no longer judged/],
  ['an operator that is refused now', { A: 'Not supported' }, /A is no longer accepted/],
])('a certificate is worse: %s', (_, rows, fault) => {
  expect(worseThan(recordWith({ A: row({}) }), recordWith(rows))).toEqual([expect.stringMatching(fault)])
})

test('a row that got better is no fault', () => {
  expect(
    worseThan(recordWith({ A: row({ json: ['json-cut'] }), B: 'Not supported' }), recordWith({ A: row({}) })),
  ).toEqual([])
})

interface Values {
  readonly before: string | null
  readonly after: string | null
  readonly sink: string | null
}

function same(value: string | null): Values {
  return { before: value, after: value, sink: value }
}

/** The judgement of one use over HTTP entries; null: absent. */
function judged(use: string, entries: readonly Values[], version: string = envoyVersion) {
  const text = (value: string | null) => value ?? '-'
  const json = (value: string | null) => (value === null ? 'null' : JSON.stringify(value))
  const quoted = JSON.stringify(separator)
  const files = (kind: string): string => {
    if (kind === 'who') return entries.map((_, i) => `entry ${i}\n`).join('')
    const values = entries.map((entry) => (kind.endsWith('before') ? entry.before : entry.after))
    if (kind.startsWith('text')) return values.map((value) => text(value) + separator).join('')
    return values.map((value) => `{"list":[${quoted},${json(value)},${quoted}]}\n`).join('')
  }
  const http: Logged = { file: (kind) => Buffer.from(files(kind), 'latin1'), entries: () => [] }
  const tcp: Logged = { file: () => Buffer.alloc(0), entries: () => [] }
  const sink = entries.map((entry): Written => ({ text: text(entry.sink), json: json(entry.sink) }))
  return judge([use], { http, tcp }, () => ({ http: sink, tcp: [] }), version)
}

function row(verdicts: Partial<Pick<Row, 'text' | 'json'>>): Row {
  return { text: 'exact', json: 'exact', distinct: '3', present: '3', absent: '1', ...verdicts }
}

function recordWith(rows: VersionRecord['rows']): VersionRecord {
  return { entries: '4', rows, examples: {} }
}
