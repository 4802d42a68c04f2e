/**
 * The slow evaluator against what Kuma's own control plane generated: for each listener the same destinations in the same order, save where
 * this sink differs on purpose.
 */
import { expect, test } from 'vitest'
import type { Resource } from '../../../src/policy/resources.ts'
import { describeBackend } from '../support/destination.ts'
import { describeLogger, differences, kumaCases, readScenario } from '../support/kuma-scenarios.ts'
import { entryAt } from '../support/worked-example.ts'
import { type Answer, evaluate, policyIdentity } from './evaluate.ts'

/** Whom the one rule with a match is about: Kuma lists it, we ask whether it holds. */
const peer = 'spiffe://mesh/ns/web/sa/cart'

test.each(kumaCases)('$id as in Kuma $version', ({ id, mesh, dataplane, resources, version, theirs }) => {
  const documents = readScenario(resources, version)
  for (const { listener, loggers } of theirs) {
    const facts = entryAt('', { tags: { listener }, peerUris: [peer] })
    const answer = evaluate(documents, { mesh, name: dataplane }, version, facts)
    expect(answer.listener).toBe(listener)
    const difference = differences.find((other) => other.scenario === id && other.listener === listener)
    expect(targets(answer, documents), `${listener} ${difference?.reason ?? ''}`).toEqual(
      difference?.ours ?? loggers.map(describeLogger),
    )
  }
})

function targets(answer: Answer, resources: readonly Resource[]): readonly string[] {
  return answer.loggers.map(({ policy, backend }) => {
    const backends = resources
      .filter((resource) => resource.kind === 'MeshAccessLog' && policyIdentity(resource) === policy)
      .flatMap((resource) => (resource.kind === 'MeshAccessLog' ? [resource.to, resource.from, resource.rules] : []))
      .flat()
      .flatMap((item) => item.backends)
    const found = backends.find(({ path }) => path === backend)
    return found === undefined ? 'none' : describeBackend(found)
  })
}
