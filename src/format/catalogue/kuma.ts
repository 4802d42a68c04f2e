/**
 * Catalogue rows for Kuma's operators. Kuma's control plane replaces them in the text before Envoy sees it; here they are operators
 * like any other, filled after parsing, so a value that holds % stays a value.
 */
import { both, type Operator, plainOperator } from '../operator.ts'
import type { KumaName } from '../source.ts'

const note =
  'from custom tags, a kuma: log name, the documents of the proxy, the configuration, or a Kuma node id, in this order'

function kuma(
  name: string,
  value: KumaName,
  meaning: string,
  gives: string,
  form: 'plain' | 'withPort' = 'plain',
): Operator {
  const sources = both({ kind: 'kuma', name: value, form })
  return { ...plainOperator(name, meaning, gives, sources, { verdict: 'local', note }), dialect: 'sink' }
}

export const kumaOperators: readonly Operator[] = [
  kuma('KUMA_MESH', 'mesh', 'The mesh of the proxy', 'default'),
  kuma('KUMA_ZONE', 'zone', 'The zone of the proxy', 'east'),
  kuma(
    'KUMA_WORKLOAD',
    'workload',
    'The workload of the proxy, as a resource identifier',
    'kri_wl_default_east_demo_web_',
  ),
  kuma('KUMA_SOURCE_ADDRESS', 'sourceAddress', 'The address of the proxy with port 0', '10.0.0.3:0', 'withPort'),
  kuma('KUMA_SOURCE_ADDRESS_WITHOUT_PORT', 'sourceAddress', 'The address of the proxy', '10.0.0.3'),
  kuma('KUMA_SOURCE_SERVICE', 'sourceService', 'The service that the traffic comes from', 'web'),
  kuma('KUMA_DESTINATION_SERVICE', 'destinationService', 'The service that the traffic goes to', 'backend'),
  kuma('KUMA_TRAFFIC_DIRECTION', 'trafficDirection', 'INBOUND, OUTBOUND or UNSPECIFIED', 'OUTBOUND'),
]
