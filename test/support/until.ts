/** Waiting for a named condition, never for a time: as soon as it holds, or with an error that says what never came. */
import { setTimeout as delay } from 'node:timers/promises'

/** Resolves with the first answer of `probe` that is not false, empty or nothing. `withinMs`: patience, not a wait. */
export async function until<T>(what: string, probe: () => T | false | null | undefined, withinMs = 15_000): Promise<T> {
  const deadlineMs = performance.now() + withinMs
  for (;;) {
    const answer = probe()
    if (answer) return answer
    if (performance.now() > deadlineMs) throw new Error(`${withinMs} ms went by without this: ${what}`)
    await delay(2)
  }
}
