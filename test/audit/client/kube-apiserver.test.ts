/**
 * kube-apiserver's own webhook delivers 100,000 events while the sink is stopped, killed and started again, requests are refused and answers get
 * lost. `EVENTS=1000000` for a long run, `SEED` for another one.
 */
import { hash } from 'node:crypto'
import { createReadStream, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../../cli/run.ts'
import { describeWithK8sClient } from '../../support/k8s-client.ts'
import { type Delivery, deliver } from './delivery.ts'
import type { Handled } from './doorman.ts'

const events = Number(process.env['EVENTS'] ?? 100_000)
const seed = Number(process.env['SEED'] ?? 20_240_305)
/** Of the lives of the sink, but for the last one. */
const ends = ['KILL', 'TERM', 'KILL', 'KILL'] as const

describeWithK8sClient(`${events} events of kube-apiserver, through ${ends.length} ends of the sink`, (program) => {
  const folder = mkdtempSync(join(tmpdir(), 'als-sink-test-'))
  let delivery: Delivery
  /** How often an event is in the file, by its auditID. */
  const kept = new Map<string, number>()
  /** What kube-apiserver's own log has for it: a hash of the line. */
  const sent = new Map<string, string>()
  /** Lines that are in no such log. */
  const strange: string[] = []

  beforeAll(async () => {
    delivery = await deliver({ program, folder, events, seed, ends })
    for await (const { auditID, digest } of linesIn([delivery.sentLog])) sent.set(auditID, digest)
    for await (const { auditID, digest, text } of linesIn(auditFiles(delivery.auditFile))) {
      kept.set(auditID, (kept.get(auditID) ?? 0) + 1)
      if (sent.get(auditID) !== digest) strange.push(text)
    }
    console.log(summaryOf(delivery))
  }, 300_000 + events)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('kube-apiserver gave up none of them', () => {
    expect(delivery.client).toEqual({ exitCode: 0, summary: `sent ${events}, acked ${events}, failed 0, dropped 0` })
    expect([delivery.acked.size, sent.size]).toEqual([events, events])
  })

  test('all that it takes for delivered is in the file, and all that the sink has ever answered for', () => {
    const answered = delivery.batches.filter(({ requests }) => requests.some(isTaken))
    const promised = new Set([...delivery.acked, ...answered.flatMap(({ auditIDs }) => auditIDs)])
    expect([...promised].filter((auditID) => !kept.has(auditID))).toEqual([])
  })

  test('nothing else is in the file: each line is as its own log has it, whole to the last byte', () => {
    expect(strange).toEqual([])
    expect(auditFiles(delivery.auditFile).length).toBeGreaterThan(1)
  })

  test('the seals hold', async () => {
    const { code, stdout } = await run('audit', 'verify', delivery.auditFile, '--output', 'json')
    const lines = [...kept.values()].reduce((sum, count) => sum + count, 0)
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { ok: true, records: lines, problems: [] }])
  })

  test('each is there once, although a later life of the sink was brought batches that an earlier one had kept', () => {
    expect([...kept].filter(([, count]) => count > 1)).toEqual([])
    const again = delivery.batches.filter(({ requests }) => new Set(requests.filter(isTaken).map(lifeOf)).size > 1)
    expect(again.length).toBeGreaterThan(0)
  })

  test('a batch that comes again has the same bytes, so that the sink can know it', () => {
    const auditIDs = delivery.batches.flatMap((batch) => batch.auditIDs)
    expect([auditIDs.length, new Set(auditIDs).size]).toEqual([events, events])
  })

  test('within one life a batch is taken once, and every other time it is a duplicate', () => {
    const none = { accepted: 0, filtered: 0, quarantined: 0, duplicate: 0 }
    for (const { auditIDs, requests } of delivery.batches) {
      for (let life = 0; life <= ends.length; life++) {
        const counts = requests.filter((each) => each.life === life && isTaken(each)).map(countsOf)
        const [first, ...later] = counts.sort((a, b) => b['accepted']! - a['accepted']!)
        if (first) expect(first).toEqual({ ...none, accepted: auditIDs.length })
        for (const each of later) expect(each).toEqual({ ...none, duplicate: auditIDs.length })
      }
    }
  })

  test('the metric of the last life counts what its answers say, duplicates among them', () => {
    const counts = delivery.batches.flatMap(({ requests }) =>
      requests.filter((each) => each.life === ends.length && isTaken(each)).map(countsOf),
    )
    const total = (outcome: string) => counts.reduce((sum, each) => sum + each[outcome]!, 0)
    expect(total('duplicate')).toBeGreaterThan(0)
    expect(delivery.counted).toEqual({
      accepted: total('accepted'),
      duplicate: total('duplicate'),
      filtered: 0,
      quarantined: 0,
    })
  })

  test('a sink that is told to stop drops nothing', () => {
    expect(delivery.stops).toEqual([
      { exitCode: 0, dropped: 0 },
      { exitCode: 0, dropped: 0 },
    ])
  })

  test('there was trouble enough, and each life had its share', () => {
    const requests = delivery.batches.flatMap((batch) => batch.requests)
    const fates = new Set(requests.map(({ fate }) => fate))
    expect([...fates].sort()).toEqual(['answered', 'cut', 'refused', 'unanswered'])
    expect(new Set(requests.filter(isTaken).map(lifeOf)).size).toBe(ends.length + 1)
  })
})

const isTaken = ({ answer }: Handled) => answer?.status === 200

const lifeOf = ({ life }: Handled) => life

const countsOf = ({ answer }: Handled) => JSON.parse(answer!.body) as Record<string, number>

/** The live file and those that were rotated away. */
function auditFiles(path: string): string[] {
  const folder = dirname(path)
  return readdirSync(folder)
    .filter((name) => name.endsWith('.log'))
    .map((name) => join(folder, name))
}

async function* linesIn(files: readonly string[]) {
  for (const file of files) {
    let rest = ''
    for await (const chunk of createReadStream(file, { encoding: 'latin1', highWaterMark: 1 << 20 })) {
      const lines = `${rest}${chunk}`.split('\n')
      rest = lines.pop()!
      for (const text of lines) {
        const auditID = /^\{"kind":"Event",.*?"auditID":"([^"]+)"/.exec(text)?.[1] ?? ''
        yield { auditID, text, digest: hash('sha1', text, 'base64') }
      }
    }
    if (rest !== '') throw new Error(`${file} ends within a line: ${rest}`)
  }
}

function summaryOf({ batches, counted }: Delivery): string {
  const requests = batches.flatMap((batch) => batch.requests)
  const count = (condition: (each: Handled) => boolean) => requests.filter(condition).length
  const fates = ['answered', 'refused', 'cut', 'unanswered'].map(
    (word) => `${count(({ fate }) => fate === word)} ${word}`,
  )
  const lives = [...ends, 'the end'].map((end, i) => `${count((each) => each.life === i && isTaken(each))} to ${end}`)
  return `${requests.length} requests: ${fates.join(', ')}; taken: ${lives.join(', ')}; ${JSON.stringify(counted)}`
}
