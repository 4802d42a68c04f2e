/** What is added to events, and what policies see of them. */
import { expect, test } from 'vitest'
import { readEvent } from '../../../src/audit/kubernetes/event.ts'
import { factsOf } from '../../../src/audit/kubernetes/event-facts.ts'
import { truncateEvent } from '../../../src/audit/kubernetes/event-marks.ts'

const mark = '"audit.k8s.io/truncated":"true"'

test.each([
  [
    '{"level":"Request","requestObject":{"a":1},"stage":"Panic"}',
    `{"level":"Request","stage":"Panic","annotations":{${mark}}}`,
  ],
  ['{"requestObject":null,"responseObject":null}', `{"annotations":{${mark}}}`],
  ['{"annotations":{"k":"v"},"responseObject":[1]}', `{"annotations":{"k":"v",${mark}}}`],
  ['{"annotations":{},"x":1}', `{"annotations":{${mark}},"x":1}`],
  ['{"annotations":{"audit.k8s.io/truncated":"no"}}', `{"annotations":{${mark}}}`],
  ['{"annotations":null}', `{"annotations":{${mark}}}`],
  [' { "a" : 1 , "responseObject" : {} } ', `{"a":1,"annotations":{${mark}}}`],
])('%s, truncated', (event, expected) => expect(truncateEvent(Buffer.from(event)).toString()).toBe(expected))

test('the facts of an event are plain values, whatever it holds', () => {
  const event =
    '{"requestURI":"/api/v1/pods?a=b\\u0026c","verb":"list","user":{"username":"ana","groups":["ops",7],"uid":"u"},"objectRef":{"resource":"pods","name":1}}'
  expect(factsOf(readEvent(Buffer.from(event)))).toEqual({
    requestURI: '/api/v1/pods?a=b&c',
    verb: 'list',
    user: { username: 'ana', groups: ['ops'] },
    objectRef: { resource: 'pods' },
  })
  expect(factsOf(readEvent(Buffer.from('{"user":{},"objectRef":null,"verb":7}')))).toEqual({
    requestURI: undefined,
    verb: undefined,
    user: {},
    objectRef: undefined,
  })
})
