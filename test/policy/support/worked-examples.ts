/** The worked examples of matching and merging, all together: data for whoever decides, the quick way and the slow one. */
import type { WorkedExample } from './worked-example.ts'
import { gatewayExamples } from './worked-examples-gateway.ts'
import { inboundExamples } from './worked-examples-inbound.ts'
import { outboundExamples } from './worked-examples-outbound.ts'
import { placeExamples } from './worked-examples-place.ts'

export const workedExamples: readonly WorkedExample[] = [
  ...outboundExamples,
  ...placeExamples,
  ...inboundExamples,
  ...gatewayExamples,
].sort((a, b) => a.number - b.number)
