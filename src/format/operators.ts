/**
 * The catalogue: every operator of the house by name. One row says all there is to know about an operator; a new one is a row in
 * `catalogue/` and at most one leaf renderer.
 */
import { connectionOperators } from './catalogue/connection.ts'
import { durationOperators } from './catalogue/durations.ts'
import { httpOperators } from './catalogue/http.ts'
import { kumaOperators } from './catalogue/kuma.ts'
import { numberOperators } from './catalogue/numbers.ts'
import { timeOperators } from './catalogue/time.ts'
import type { Operator } from './operator.ts'

export const operators: ReadonlyMap<string, Operator> = new Map(
  [
    ...timeOperators,
    ...durationOperators,
    ...httpOperators,
    ...numberOperators,
    ...connectionOperators,
    ...kumaOperators,
  ].map((operator) => [operator.name, operator]),
)
