/**
 * The catalogue: every operator of the house by name. One row says all there is to know about an operator; a new one is a row in
 * `catalogue/` and at most one leaf renderer.
 */
import { addressOperators } from './catalogue/addresses.ts'
import { composedOperators } from './catalogue/composed.ts'
import { connectionOperators } from './catalogue/connection.ts'
import { durationOperators } from './catalogue/durations.ts'
import { headerOperators } from './catalogue/headers.ts'
import { httpOperators } from './catalogue/http.ts'
import { kumaOperators } from './catalogue/kuma.ts'
import { metadataOperators } from './catalogue/metadata.ts'
import { numberOperators } from './catalogue/numbers.ts'
import { timeOperators } from './catalogue/time.ts'
import { tlsOperators } from './catalogue/tls.ts'
import type { Operator } from './operator.ts'

export const operators: ReadonlyMap<string, Operator> = new Map(
  [
    ...timeOperators,
    ...durationOperators,
    ...headerOperators,
    ...httpOperators,
    ...numberOperators,
    ...addressOperators,
    ...connectionOperators,
    ...tlsOperators,
    ...metadataOperators,
    ...composedOperators,
    ...kumaOperators,
  ].map((operator) => [operator.name, operator]),
)
