/**
 * A document that passed the schema becomes the `Config` that the program uses: names given, units in the names, formats in one
 * form. Faults that need parsed values (two backends that disagree about one file) are found here and in the files it calls.
 */

import { auditPlaces } from './audit-places.ts'
import { freeName } from './backend-names.ts'
import type { Config, KumaValues, PipelineConfig } from './config.ts'
import { checkFiles, destinationOf } from './conflicts.ts'
import type { Outside } from './data-source.ts'
import type { Findings } from './findings.ts'
import { warnOfHeldUp } from './held-up.ts'
import { valuesByOperator } from './kuma-operators.ts'
import { lowerAudit } from './lower-audit.ts'
import { type BackendContext, lowerBackend } from './lower-backend.ts'
import { lowerListen } from './lower-listen.ts'
import { formatSize } from './scalars.ts'
import { defaultPipelines, type SinkDocument } from './schema.ts'

/** Deeply frozen. */
export function lower(document: SinkDocument, outside: Outside, findings: Findings): Config {
  const { limits, kuma, policies, audit } = document
  if (limits.messageBytes > limits.memory) {
    const message = `must not exceed limits.memory (${formatSize(limits.memory)}).`
    findings.fault('wrong_value', 'limits.messageBytes', message)
  }
  const values = givenValues(kuma.values)
  const pipelines = lowerPipelines(document, {
    kuma: { legacyDoubleNewline: kuma.legacyDoubleNewline, values: valuesByOperator(values) },
    outside,
    findings,
  })
  checkFiles(pipelines, outside, findings)
  warnOfHeldUp(pipelines, (backend) => destinationOf(backend, outside), findings)
  const listen = lowerListen(document.listen, findings)
  const auditConfig = audit ? lowerAudit(audit, { pipelines, listen, outside, findings }) : null
  return deepFreeze({
    listen,
    limits: {
      memoryBytesMax: limits.memory,
      streamsMax: limits.streams,
      connectionsMax: limits.connections,
      messageBytesMax: limits.messageBytes,
    },
    pipelines,
    timeZone: document.timeZone,
    policies,
    kuma: { ...kuma, values, keptOut: auditConfig ? auditPlaces(auditConfig).map(outside.realPath) : [] },
    audit: auditConfig,
    log: document.log,
    shutdown: { graceMs: Math.round(document.shutdown.graceSeconds * 1000) },
  })
}

function givenValues(values: SinkDocument['kuma']['values']): KumaValues {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null))
}

/** Policies say themselves where entries go, so beside them nothing is written unless it was asked for. */
function lowerPipelines(document: SinkDocument, context: Omit<BackendContext, 'name' | 'path'>): PipelineConfig[] {
  const pipelines = document.pipelines ?? (document.policies.length > 0 ? [] : defaultPipelines)
  const taken = new Set(pipelines.flatMap(({ backends }) => backends.flatMap(({ name }) => name ?? [])))
  return pipelines.map(({ name: given, match, backends }, i) => {
    const name = given ?? (pipelines.length === 1 ? 'default' : `pipeline-${i + 1}`)
    return {
      name,
      match,
      backends: backends.map((backend, j) =>
        lowerBackend(backend, {
          ...context,
          name: backend.name ?? freeName(`${name}/${backend.type.toLowerCase()}`, taken),
          path: `pipelines[${i}].backends[${j}]`,
        }),
      ),
    }
  })
}

function deepFreeze<T>(value: T): T {
  // Bytes cannot be frozen.
  if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const member of Object.values(value)) deepFreeze(member)
  }
  return value
}
