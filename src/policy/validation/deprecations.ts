/** What a version of Kuma takes with a warning: its own texts, as data. */

import type { Findings } from '../../config/findings.ts'
import { members } from '../../config/formats.ts'
import { type KumaVersion, since, until } from '../kuma-version.ts'
import type { TargetKind } from '../resources.ts'
import { backendsIn } from './backends-in.ts'

interface TopKindDeprecation {
  readonly kind: TargetKind
  readonly since: KumaVersion
  readonly until: KumaVersion
  readonly instead: string
}

const dataplane = 'Dataplane with labels'

/** 2.12 prints the text of MeshSubset for a MeshService as well, which is a slip. */
const topKinds: readonly TopKindDeprecation[] = [
  { kind: 'MeshService', since: '2.9', until: '2.11', instead: "MeshSubset with 'kuma.io/service' tag" },
  { kind: 'MeshService', since: '2.12', until: '2.14', instead: dataplane },
  { kind: 'MeshServiceSubset', since: '2.13', until: '2.14', instead: dataplane },
  { kind: 'MeshSubset', since: '2.10', until: '2.14', instead: dataplane },
]

export function warnOfDeprecations(spec: Record<string, unknown>, version: KumaVersion, findings: Findings): void {
  const { kind } = members(spec['targetRef'])
  const old = topKinds.find((row) => row.kind === kind && since(version, row.since) && until(version, row.until))
  if (old) {
    const text = `${old.kind} value for 'targetRef.kind' is deprecated, use ${old.instead} instead.`
    findings.warning('deprecated', 'spec.targetRef.kind', text)
  }
  const { from } = spec
  if (since(version, '2.10') && until(version, '2.14') && Array.isArray(from) && from.length > 0) {
    findings.warning('deprecated', 'spec.from', "'from' field is deprecated, use 'rules' instead.")
  }
  if (version !== '2.14') return
  for (const { backend, path } of backendsIn(spec)) {
    if (backend['type'] !== 'OpenTelemetry' || !members(backend['openTelemetry'])['endpoint']) continue
    const text =
      'openTelemetry.endpoint is deprecated, use openTelemetry.backendRef with a MeshOpenTelemetryBackend resource instead.'
    findings.warning('deprecated', `${path}.openTelemetry.endpoint`, text)
  }
}
