/**
 * The listeners that Kuma's own control plane generated, with the loggers on them: the same listeners here, with the same destinations in
 * the same order. What differs on purpose is listed with its reason.
 */
import { expect, test } from 'vitest'
import { describeBackend } from '../support/destination.ts'
import { describeLogger, differences, kumaCases, readScenario } from '../support/kuma-scenarios.ts'
import { decide } from './decide.ts'

test.each(kumaCases)('$id as in Kuma $version', ({ id, dataplane, resources, version, theirs }) => {
  const { listeners } = decide(readScenario(resources, version), { version, proxy: dataplane })
  const ours = listeners.map(({ name, address, direction, rules }) => ({
    listener: name,
    address,
    direction,
    loggers: rules.flatMap(({ backends }) => backends.map(({ backend }) => describeBackend(backend))),
  }))
  const expected = theirs.map(({ listener, address, direction, loggers }) => {
    const difference = differences.find((other) => other.scenario === id && other.listener === listener)
    return { listener, address, direction, loggers: difference?.ours ?? loggers.map(describeLogger) }
  })
  expect(ours.toSorted(byName)).toEqual(expected.toSorted(byName))
})

test('every difference is one', () => {
  for (const { scenario, listener, ours, reason } of differences) {
    const all = kumaCases.filter(({ id }) => id === scenario).flatMap(({ theirs }) => theirs)
    const theirs = all.filter((other) => other.listener === listener).map(({ loggers }) => loggers.map(describeLogger))
    expect(theirs, reason).not.toContainEqual(ours)
  }
})

function byName(a: { listener: string }, b: { listener: string }): number {
  return a.listener < b.listener ? -1 : 1
}
