/**
 * Waiting for a condition of the outside world: a process, a file, a socket. It has a name and a deadline, so a test that waits in
 * vain says for what.
 */
import { setTimeout as delay } from 'node:timers/promises'

/**
 * Asks `probe` every ten milliseconds until it answers something other than undefined or false. Throws after `deadlineMs` with
 * `name` and, when given, what `seen` says of the state at that time. What `probe` throws is thrown.
 */
export async function until<T>(
  name: string,
  deadlineMs: number,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  seen?: () => string | Promise<string>,
): Promise<T> {
  const endsAt = Date.now() + deadlineMs
  for (;;) {
    const answer = await probe()
    if (answer !== undefined && answer !== false) return answer
    if (Date.now() > endsAt)
      throw new Error(`Waited ${deadlineMs} ms in vain: ${name}.${seen ? ` ${await seen()}` : ''}`)
    await delay(10)
  }
}
