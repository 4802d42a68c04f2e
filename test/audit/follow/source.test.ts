/** A followed file, a real source, and the file that it keeps its records in. */
import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type FollowEvent, sayFollowEvent } from '../../../src/audit/follow/follow-events.ts'
import { openFollower } from '../../../src/audit/follow/follower.ts'
import { createEventIntake } from '../../../src/audit/intake/event-intake.ts'
import { Source } from '../../../src/audit/intake/source.ts'
import { unwrapFluentBit } from '../../../src/audit/kkp/fluent-bit.ts'
import { Repeats } from '../../../src/audit/trail/repeats.ts'
import { Trail } from '../../../src/audit/trail/trail.ts'
import { Budget } from '../../../src/pipeline/budget.ts'
import { Outbox } from '../../../src/pipeline/outbox.ts'
import { createFileWriter } from '../../../src/writers/file.ts'
import { until } from '../../support/until.ts'

let folder = ''
const outboxes: Outbox[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'als-sink-followed-source-'))
})

afterEach(async () => {
  for (const outbox of outboxes.splice(0)) await outbox.stop()
  rmSync(folder, { recursive: true })
})

function trailTo(name: string): Trail {
  const writer = createFileWriter({ path: join(folder, name), fsync: 'always' })
  const budget = new Budget(1 << 24)
  const options = { name, writer, budget, queueBytesMax: 1 << 20, whenFull: 'block', flushAfterMs: 5 } as const
  const outbox = new Outbox(options)
  outboxes.push(outbox)
  return new Trail([{ outbox, durable: true, form: 'line' }])
}

const event = (i: number) =>
  `{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"${i}","stage":"ResponseComplete","requestURI":"/api/v1/pods","verb":"list","user":{"username":"ana"},"n":9007199254740993}`

test('events of a cluster come through a rotation and a restart, byte for byte and once', async () => {
  const path = join(folder, 'audit.log')
  const events: FollowEvent[] = []
  const source = new Source({
    name: 'prod',
    intake: createEventIntake({ policy: () => ({ kind: 'asSent' }), redact: null }),
    trail: trailTo('kept.log'),
    quarantine: trailTo('quarantine.log'),
    redact: null,
    repeats: new Repeats(60_000),
    repeatsBy: 'bytes',
    onOutcome: () => {},
    onNamesake: () => {},
  })
  const positionFile = join(folder, 'prod.position.json')
  const open = () =>
    openFollower({
      ...{ path, source, positionFile, pollMs: 5, unwrap: unwrapFluentBit },
      onEvent: (each) => events.push(each),
    })
  const kept = () => readFileSync(join(folder, 'kept.log'), 'utf8')
  const expected = (to: number) => Array.from({ length: to }, (_, i) => `${event(i)}\n`).join('')

  let follower = open()
  writeFileSync(path, `${event(0)}\n${JSON.stringify({ date: 1.5, log: `${event(1)}\n` })}\nno JSON\n`)
  await until('the first position', () => events.some(({ kind }) => kind === 'opened'))
  appendFileSync(path, `${event(2)}\n`)
  renameSync(path, join(folder, 'audit-2024-03-05T17-20-01.000.log'))
  writeFileSync(path, `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":[${event(3)},${event(4)}]}\n`)
  await until('the rotation', () => events.some(({ kind }) => kind === 'rotated'))
  await follower.close()
  appendFileSync(path, `${event(5)}\n`)
  follower = open()
  await until('the last event', () => kept().includes(event(5)))
  await follower.close()

  expect(kept()).toBe(expected(6))
  expect(readFileSync(join(folder, 'quarantine.log'), 'utf8')).toContain('"raw":"no JSON"')
  expect(events.filter((each) => sayFollowEvent(each).level !== 'info')).toEqual([])
})
