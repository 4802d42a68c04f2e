/** The `KUMA_…` operators by the keys of `kuma.values`, for the places where they are filled before anything is rendered. */
import type { KumaName, KumaValues } from './config.ts'

const operatorOf: Readonly<Record<KumaName, string>> = {
  mesh: 'KUMA_MESH',
  zone: 'KUMA_ZONE',
  workload: 'KUMA_WORKLOAD',
  sourceAddress: 'KUMA_SOURCE_ADDRESS_WITHOUT_PORT',
  sourceService: 'KUMA_SOURCE_SERVICE',
  destinationService: 'KUMA_DESTINATION_SERVICE',
  trafficDirection: 'KUMA_TRAFFIC_DIRECTION',
}

/** `{ mesh: 'default' }` as `{ KUMA_MESH: 'default' }`. */
export function valuesByOperator(values: KumaValues): Record<string, string> {
  const given = Object.entries(values) as [KumaName, string][]
  return Object.fromEntries(given.map(([name, value]) => [operatorOf[name], value]))
}

/** Something for every operator, for checks before the values are known. */
export const anyValueByOperator: Readonly<Record<string, string>> = Object.fromEntries(
  Object.values(operatorOf).map((name) => [name, '1']),
)
