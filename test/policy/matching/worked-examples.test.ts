/** The worked examples of Kuma's matching, in every version that they are about. */
import { describe, expect, test } from 'vitest'
import { rulesFor } from '../../../src/policy/matching/conditions.ts'
import { findListener, findListeners } from '../../../src/policy/matching/find-listener.ts'
import { valuesFor } from '../../../src/policy/matching/values.ts'
import { workedExamples } from '../support/worked-examples.ts'
import { decide, lettersFor } from './decide.ts'

describe.each(workedExamples)('example $number: $title', ({ resources, questions }) => {
  test.each(questions)('$ask, from $versions.0', ({ proxy, facts, backends, values, backendValues, ...question }) => {
    for (const version of question.versions) {
      const decision = decide(resources, { version, proxy })
      expect(lettersFor(decision, facts), version).toBe(backends)
      const listener = findListener(decision, facts)
      expect(valuesFor(listener, facts), version).toMatchObject(values ?? {})
      if (question.listener !== undefined) expect(listener?.name, version).toBe(question.listener)
      if (backendValues === undefined) continue
      const each = findListeners(decision, facts).flatMap((other) =>
        rulesFor(other, facts).flatMap((rule) => rule.backends.map(() => valuesFor(other, facts))),
      )
      expect(each, version).toMatchObject(backendValues)
    }
  })
})
