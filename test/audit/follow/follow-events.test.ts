/** What befalls followed files, in words. */
import { expect, test } from 'vitest'
import { type FollowEvent, sayFollowEvent } from '../../../src/audit/follow/follow-events.ts'

const path = '/var/log/audit.log'
const error = new Error('no space left')

const cases: [event: FollowEvent, level: 'info' | 'warn' | 'error', words: string][] = [
  [{ kind: 'waiting', path }, 'info', 'not there yet'],
  [{ kind: 'opened', path, file: `${path}.1`, offset: 12 }, 'info', 'audit.log.1, from byte 12'],
  [{ kind: 'rotated', path, file: path, bytes: 40 }, 'info', '40 bytes'],
  [{ kind: 'torn', path, bytes: 7 }, 'warn', '7 bytes'],
  [{ kind: 'truncated', path, offset: 24, copy: null }, 'error', 'behind byte 24 may be missing'],
  [{ kind: 'truncated', path, offset: 24, copy: `${path}.1` }, 'warn', 'read from /var/log/audit.log.1'],
  [{ kind: 'replaced', path, offset: 24, copy: null }, 'error', 'was overwritten'],
  [{ kind: 'lost', path, offset: 24 }, 'error', 'up to byte 24 is gone'],
  [{ kind: 'unknownPosition', path, error }, 'error', 'kept twice: no space left'],
  [{ kind: 'held', path, reason: 'The disk is full.' }, 'error', 'The disk is full.'],
  [{ kind: 'failed', path, error, retryMs: 249.2 }, 'warn', '250 ms'],
]

test.each(cases)('%o', (event, level, words) => {
  expect(sayFollowEvent(event)).toEqual({ level, text: expect.stringContaining(words) })
  expect(sayFollowEvent(event).text).toContain(path)
})
