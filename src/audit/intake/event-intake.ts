/**
 * Kubernetes audit events on their way in: reduced by the source's policy, redacted, or kept for the quarantine. One bad event costs itself
 * alone: the list that it came in is answered with success, for kube-apiserver would only send it again.
 */
import type { BodyItem } from '../json/body-splitter.ts'
import { JsonError } from '../json/json-error.ts'
import { readEvent } from '../kubernetes/event.ts'
import { factsOf } from '../kubernetes/event-facts.ts'
import { truncateEvent } from '../kubernetes/event-marks.ts'
import { type ReduceTarget, reduceReadEvent } from '../kubernetes/reduce.ts'
import type { Attributes, Resolution } from '../kubernetes/resolve.ts'
import { attributesOf } from '../kubernetes/resolve-attributes.ts'
import { type Intake, oversized, type Redactor, type Taken } from './intake.ts'

/**
 * What decides about events now. `asSent`: there is no policy. `unreadable`: there is one, and never was a good version of it, so everything
 * is kept at Metadata. `off`: the source's cluster has audit logging switched off.
 */
export type PolicyInForce =
  | { readonly kind: 'asSent' | 'unreadable' | 'off' }
  | { readonly kind: 'policy'; readonly resolve: (attributes: Attributes) => Resolution }

export interface EventIntakeOptions {
  readonly policy: () => PolicyInForce
  /** Null: events are kept as they are. */
  readonly redact: Redactor | null
}

const everything: ReduceTarget = { level: 'RequestResponse', omitStages: [], omitManagedFields: false }
const metadata: ReduceTarget = { ...everything, level: 'Metadata' }

/** Items of lists carry no version of their own; lists of clients that do not name one either are taken for the current one. */
const versionDefault = 'audit.k8s.io/v1'

export function createEventIntake({ policy, redact }: EventIntakeOptions): Intake {
  return {
    lists: true,
    take(item) {
      if (item.kind === 'oversized') return oversized(item)
      try {
        return takeEvent(item, policy(), redact)
      } catch (error) {
        if (!(error instanceof JsonError)) throw error
        return { kind: 'quarantine', bytes: Buffer.from(item.bytes), reason: error.message }
      }
    },
  }
}

function takeEvent(item: BodyItem, policy: PolicyInForce, redact: Redactor | null): Taken {
  if (policy.kind === 'off') return { kind: 'filtered', reason: 'disabled' }
  const event = readEvent(item.kind === 'truncated' ? truncateEvent(item.bytes) : item.bytes)
  const target = targetOf(policy, () => attributesOf(factsOf(event)))
  const listVersion = item.from === 'list' ? (item.list?.apiVersion ?? versionDefault) : undefined
  const reduced = reduceReadEvent(event, target, listVersion === undefined ? {} : { listVersion })
  switch (reduced.kind) {
    case 'dropped':
      return { kind: 'filtered', reason: reduced.reason }
    case 'quarantine':
      return { kind: 'quarantine', bytes: Buffer.from(item.bytes), reason: reduced.reason }
    case 'kept': {
      const { bytes, rules } = redact === null ? { bytes: reduced.bytes, rules: [] } : redact(reduced.bytes)
      return {
        kind: 'kept',
        bytes: Buffer.from(bytes),
        ...(reduced.reducedFrom === undefined ? {} : { reducedFrom: reduced.reducedFrom }),
        ...(rules.length === 0 ? {} : { redacted: rules }),
      }
    }
  }
}

function targetOf(policy: PolicyInForce, attributes: () => Attributes): ReduceTarget {
  switch (policy.kind) {
    case 'policy':
      return policy.resolve(attributes())
    case 'unreadable':
      return metadata
    default:
      return everything
  }
}
