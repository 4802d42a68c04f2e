/**
 * Values that are different each time they are asked for. Envoy asks again for every logger, so its file and the sink's line may both
 * be right and not equal. Of what goes by the clock, the file before the gRPC loggers and the one after them are bounds, and the sink's
 * value has to lie between; a random value is judged by its shape alone.
 */
import type { Use } from './operators.ts'

/** The clock, or the time that has passed so far: entries before the end of a request have no end to measure to. */
const clock = /^(EMIT_TIME|DURATION$|COMMON_DURATION)/
const random = /^UNIQUE_ID$/
const version4 = /^"?[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"?$/

export function isMoving(use: Use): boolean {
  return clock.test(use) || random.test(use)
}

/** Judged by shape, whatever the values. */
export function isRandom(use: Use): boolean {
  return random.test(use)
}

/** Whether a value of the sink is as good as Envoy's two. */
export function shapeOf(use: Use, before: string, after: string, sink: string): boolean {
  if (random.test(use)) return [before, after, sink].every((value) => version4.test(value))
  const numbers = [before, sink, after].map(Number)
  if (numbers.every(Number.isInteger)) return numbers[0]! <= numbers[1]! && numbers[1]! <= numbers[2]!
  return before.length === sink.length && sink.length === after.length && before <= sink && sink <= after
}
