/**
 * Whether a document of Kuma can be put in force: valid by the rules of its version, readable, and with formats and destinations that this
 * sink can serve. What Kuma would only find out at the proxy is a fault here, so that the last good version stays in force instead.
 */
import { checkBackend } from '../compile.ts'
import type { KumaConfig, KumaValues } from '../config/config.ts'
import type { Outside } from '../config/data-source.ts'
import type { Fault } from '../errors.ts'
import { type Reading, readResource } from '../policy/documents/read-resource.ts'
import { lowerPolicyBackend } from '../policy/lowering/lower-policy-backend.ts'
import type { MeshAccessLog, Meta, PolicyBackend } from '../policy/resources.ts'
import { type PolicyVerdict, validateMeshAccessLog } from '../policy/validation/validate.ts'

export interface JudgeOptions {
  readonly kuma: KumaConfig
  readonly outside: Pick<Outside, 'realPath' | 'variables'>
}

/** Never throws. */
export function createDocumentJudge({
  kuma,
  outside,
}: JudgeOptions): (value: unknown, source: Meta['source']) => Reading {
  const { version, systemNamespaces } = kuma
  const judged = new Map<string, readonly Fault[]>()
  /** Places that hold operators are only known in a context; any values do to see that they are well-formed. */
  const lowering = { ...kuma, outside, otelBackends: [] }
  const faultsOf = (backend: PolicyBackend): readonly Fault[] => {
    const key = JSON.stringify(backend)
    const known = judged.get(key)
    if (known) return known
    const lowered = lowerPolicyBackend(backend, { values: anyValues, name: '' }, lowering)
    const faults = 'backend' in lowered ? checkBackend(lowered.backend) : 'faults' in lowered ? lowered.faults : []
    if (judged.size > judgedMax) judged.clear()
    judged.set(key, faults)
    return faults
  }
  return (value, source) => {
    const reading = readResource(value, { source, systemNamespaces, version })
    if (reading.kind !== 'MeshAccessLog') return reading
    const verdict = validate(value, kuma)
    if (verdict.faults.length > 0) return { ...reading, resource: null, faults: verdict.faults }
    const { resource } = reading
    if (resource?.kind !== 'MeshAccessLog') return reading
    const faults = backendsOf(resource).flatMap(faultsOf)
    return { ...reading, resource: faults.length === 0 ? resource : null, faults: [...reading.faults, ...faults] }
  }
}

/** Any version may have been meant, but to ask them all takes ten times as long. */
function validate(value: unknown, { version, targetRefs, systemNamespaces }: KumaConfig): PolicyVerdict {
  const options = { targetRefs, systemNamespaces, as: 'sink' } as const
  const verdict = validateMeshAccessLog(value, { ...options, version })
  return verdict.faults.length === 0 ? verdict : validateMeshAccessLog(value, { ...options, version: null })
}

/** Backends whose verdict is kept: most policies of a mesh say the same. */
const judgedMax = 1_000

const anyValues: KumaValues = {
  mesh: 'x',
  zone: 'x',
  workload: 'x',
  sourceAddress: '127.0.0.1',
  sourceService: 'x',
  destinationService: 'x',
  trafficDirection: 'OUTBOUND',
}

const backendsOf = ({ to, from, rules }: MeshAccessLog) =>
  [...to, ...from, ...rules].flatMap(({ backends }) => backends)
