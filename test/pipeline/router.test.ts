import { describe, expect, test } from 'vitest'
import { Intake } from '../../src/pipeline/intake.ts'
import { createPipeline, type Match } from '../../src/pipeline/pipeline.ts'
import type { EntryKind } from '../../src/pipeline/route.ts'
import { Router } from '../../src/pipeline/router.ts'
import { createMemory } from '../../src/wire/memory.ts'
import { FakeProgram, layIn } from './fake-program.ts'
import { numbered, rigOf, settled, stream } from './rig.ts'
import { identifierOf } from './runs.ts'

const everything: Match = { entries: 'all', logName: '*', nodeId: '*', nodeCluster: '*' }

function routerRig() {
  const memory = createMemory({ inputBytesMax: 10_000, outputBytesMax: 10_000 })
  const intake = new Intake()
  const router = new Router({ memory, intake, pipelines: [] })
  const backend = (label: string, rig = rigOf()) => {
    const programs = { http: new FakeProgram(memory, `${label} http `), tcp: new FakeProgram(memory, `${label} tcp `) }
    const arrived = async () => {
      rig.writer.automatic = true
      rig.writer.succeed()
      await rig.outbox.drain(1000)
      return rig.writer.delivered
    }
    return { ...rig, programs, arrived }
  }
  const pipeline = (match: Partial<Match>, ...backends: ReturnType<typeof backend>[]) =>
    createPipeline({ name: 'p', match: { ...everything, ...match }, backends })
  const route = router.attach(stream)
  const put = (kind: EntryKind, ...entries: string[]) => route.put(kind, layIn(memory, entries), 0)
  return { memory, intake, router, backend, pipeline, route, put }
}

describe('match', () => {
  const identifier = identifierOf('mesh.web-1', 'access', 'web')
  test.each<[Partial<Match>, EntryKind, boolean]>([
    [{}, 'http', true],
    [{ entries: 'http' }, 'http', true],
    [{ entries: 'http' }, 'tcp', false],
    [{ entries: 'tcp' }, 'tcp', true],
    [{ logName: 'acc*' }, 'http', true],
    [{ logName: 'other' }, 'http', false],
    [{ nodeId: 'mesh.*', nodeCluster: 'web' }, 'http', true],
    [{ nodeId: 'mesh.*', nodeCluster: 'db' }, 'http', false],
    [{ nodeId: '*.db' }, 'http', false],
  ])('%j and an %s entry: %s', (match, kind, expected) => {
    const pipeline = createPipeline({ name: 'p', match: { ...everything, ...match }, backends: [] })
    expect(pipeline.takes(kind, identifier)).toBe(expected)
  })
})

describe('router', () => {
  test('every backend of every matching pipeline gets each entry, through the program of its kind', async () => {
    const { router, backend, pipeline, put, intake } = routerRig()
    const [a, b, c, d] = [backend('a'), backend('b'), backend('c'), backend('d')]
    router.swap([pipeline({}, a, b), pipeline({ entries: 'tcp' }, c), pipeline({ nodeId: 'someone-else' }, d)])
    put('http', '1')
    put('tcp', '2')
    expect(await a.arrived()).toEqual(['a http mesh.web:1', 'a tcp mesh.web:2'])
    expect(await b.arrived()).toEqual(['b http mesh.web:1', 'b tcp mesh.web:2'])
    expect(await c.arrived()).toEqual(['c tcp mesh.web:2'])
    expect(await d.arrived()).toEqual([])
    expect(intake.unmatchedEntries).toBe(0)
  })

  test('entries that no pipeline asked for are counted', () => {
    const { router, backend, pipeline, put, intake } = routerRig()
    put('http', '1', '2')
    router.swap([pipeline({ entries: 'tcp' }, backend('a'))])
    put('http', '3')
    put('tcp', '4')
    expect(intake.unmatchedEntries).toBe(3)
  })

  test('a stream is bound once per version and kind', () => {
    const { router, backend, pipeline, put } = routerRig()
    const a = backend('a')
    const pipelines = [pipeline({}, a)]
    router.swap(pipelines)
    for (let i = 0; i < 3; i++) put('http', 'x')
    expect(a.programs.http.bound).toEqual([stream])
    expect(a.programs.tcp.bound).toEqual([])
    put('tcp', 'x')
    router.swap(pipelines)
    for (let i = 0; i < 3; i++) put('http', 'x')
    expect(a.programs.http.bound).toEqual([stream, stream])
    expect(a.programs.tcp.bound).toEqual([stream])
  })

  test('a living route follows a swap between two messages', async () => {
    const { router, backend, pipeline, put } = routerRig()
    const [before, after] = [backend('before'), backend('after')]
    router.swap([pipeline({}, before)])
    const { version } = router
    put('http', '1')
    router.swap([pipeline({}, after)])
    expect(router.version).toBe(version + 1)
    put('http', '2')
    expect(await before.arrived()).toEqual(['before http mesh.web:1'])
    expect(await after.arrived()).toEqual(['after http mesh.web:2'])
  })

  test('backends with one destination share its outbox, in the order of the configuration', async () => {
    const { router, backend, pipeline, put } = routerRig()
    const a = backend('a')
    const b = backend('b', a)
    router.swap([pipeline({}, a), pipeline({}, b)])
    put('http', '1', '2')
    put('http', '3')
    expect(await a.arrived()).toEqual([
      'a http mesh.web:1',
      'a http mesh.web:2',
      'b http mesh.web:1',
      'b http mesh.web:2',
      'a http mesh.web:3',
      'b http mesh.web:3',
    ])
    expect(a.outbox.ledger.accepted).toBe(6)
  })

  test('an entry that two pipelines reject is one malformed entry, in each message anew', () => {
    const { router, backend, pipeline, put, intake } = routerRig()
    router.swap([pipeline({}, backend('a')), pipeline({}, backend('b'))])
    put('http', 'bad:truncated', 'fine')
    put('http', 'bad:truncated')
    expect([...intake.malformed]).toEqual([['truncated', 2]])
  })
})

describe('a blocked route', () => {
  test('waits until the last full outbox has room', async () => {
    const { router, backend, pipeline, put, route } = routerRig()
    const [a, b] = [backend('a'), backend('b')]
    router.swap([pipeline({}, a, b)])
    put('http', 'x')
    expect(route.blocked).toBe(false)
    for (const { outbox } of [a, b]) outbox.putEntries(numbered(60, 100), stream)
    expect(route.blocked).toBe(true)
    let calls = 0
    route.whenUnblocked(() => calls++)
    a.writer.automatic = true
    a.writer.succeed()
    await settled()
    expect(a.outbox.full).toBe(false)
    expect(route.blocked).toBe(true)
    expect(calls).toBe(0)
    b.writer.automatic = true
    b.writer.succeed()
    await settled()
    expect(route.blocked).toBe(false)
    expect(calls).toBe(1)
  })

  test('calls back at once when it is not blocked', () => {
    let called = false
    routerRig().route.whenUnblocked(() => {
      called = true
    })
    expect(called).toBe(true)
  })

  test('forgets its callbacks when it is closed', async () => {
    const { router, backend, pipeline, put, route } = routerRig()
    const a = backend('a')
    router.swap([pipeline({}, a)])
    put('http', 'x')
    a.outbox.putEntries(numbered(60, 100), stream)
    let calls = 0
    route.whenUnblocked(() => calls++)
    route.close()
    a.writer.automatic = true
    a.writer.succeed()
    await settled()
    expect(a.outbox.full).toBe(false)
    expect(calls).toBe(0)
  })

  test('is not held up by an outbox that only entries of the other kind go to', () => {
    const { router, backend, pipeline, put, route } = routerRig()
    const [http, tcp] = [backend('h'), backend('t')]
    router.swap([pipeline({ entries: 'http' }, http), pipeline({ entries: 'tcp' }, tcp)])
    put('http', 'x')
    tcp.outbox.putEntries(numbered(60, 100), stream)
    expect(route.blocked).toBe(false)
    http.outbox.putEntries(numbered(60, 100), stream)
    expect(route.blocked).toBe(true)
  })
})
