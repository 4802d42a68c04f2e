/** The slow evaluator gives the answers of the worked examples, and of those beyond them, in every version that they are about. */
import { describe, expect, test } from 'vitest'
import type { Resource } from '../../../src/policy/resources.ts'
import { furtherExamples } from '../support/further-examples.ts'
import { workedExamples } from '../support/worked-examples.ts'
import { type Answer, evaluate, policyIdentity } from './evaluate.ts'

test('there are 32, and each asks something', () => {
  const numbers = new Set(workedExamples.map(({ number }) => number))
  expect([...numbers]).toEqual(Array.from({ length: 32 }, (_, index) => index + 1))
  expect(
    workedExamples.flatMap(({ questions }) => questions.map((question) => question.versions.length)),
  ).not.toContain(0)
})

const further = furtherExamples.map((example) => ({ number: 'beyond', ...example }))

describe.each([...workedExamples, ...further])('example $number: $title', ({ resources, questions }) => {
  test.each(questions)('$ask, from $versions.0', (question) => {
    for (const version of question.versions) {
      const answer = evaluate(resources, { mesh: 'default', name: question.proxy }, version, question.facts)
      expect(letters(answer, resources), version).toBe(question.backends)
      expect(answer.values, version).toMatchObject(question.values ?? {})
      if (question.listener !== undefined) expect(answer.listener, version).toBe(question.listener)
      if (question.backendValues !== undefined) {
        expect(
          answer.loggers.map(({ values }) => values),
          version,
        ).toMatchObject(question.backendValues)
      }
    }
  })
})

/** The backends of the builders are files that are called by a letter. */
function letters(answer: Answer, resources: readonly Resource[]): string {
  return answer.loggers.map((logger) => letterOf(logger, resources)).join('')
}

function letterOf(logger: Answer['loggers'][number], resources: readonly Resource[]): string {
  for (const policy of resources) {
    if (policy.kind !== 'MeshAccessLog' || policyIdentity(policy) !== logger.policy) continue
    const backends = [...policy.to, ...policy.from, ...policy.rules].flatMap((item) => item.backends)
    const backend = backends.find(({ path }) => path === logger.backend)
    if (backend?.type === 'File') return backend.file.path.slice(1)
  }
  return '?'
}
