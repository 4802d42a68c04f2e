/**
 * What the sink knows of a record besides the record: who sent it, when it came, what was changed in it. A batch carries that as who is
 * speaking: neighbours with the same envelope are one group, and a spool keeps it. Files get the records alone; other destinations get
 * both, as one object.
 */
import fastJson from 'fast-json-stringify'
import type { Identifier } from '../../identifier.ts'

export interface Envelope {
  readonly source: string
  /** RFC 3339, UTC, milliseconds. */
  readonly receivedAt: string
  /** The level at which the event came, if a policy has reduced it. */
  readonly reducedFrom?: string
  /** Names of the redaction rules that have changed it. */
  readonly redacted?: readonly string[]
}

const names = { source: 'audit.source', receivedAt: 'audit.received_at', reducedFrom: 'audit.reduced_from' } as const
const redactedName = 'audit.redacted'

/** As a stream that speaks. */
export function streamOf(envelope: Envelope): Identifier {
  const { source, receivedAt, reducedFrom, redacted = [] } = envelope
  const resourceAttributes: [string, string][] = [
    [names.source, source],
    [names.receivedAt, receivedAt],
  ]
  if (reducedFrom !== undefined) resourceAttributes.push([names.reducedFrom, reducedFrom])
  if (redacted.length > 0) resourceAttributes.push([redactedName, redacted.join(' ')])
  return { logName: 'audit', nodeId: source, nodeCluster: '', resourceAttributes }
}

/** The other way. Null: it is no stream of ours. */
export function envelopeOf({ resourceAttributes = [] }: Identifier): Envelope | null {
  const values = new Map(resourceAttributes)
  const [source, receivedAt] = [values.get(names.source), values.get(names.receivedAt)]
  if (source === undefined || receivedAt === undefined) return null
  const [reducedFrom, redacted] = [values.get(names.reducedFrom), values.get(redactedName)]
  return {
    source,
    receivedAt,
    ...(reducedFrom === undefined ? {} : { reducedFrom }),
    ...(redacted === undefined ? {} : { redacted: redacted.split(' ') }),
  }
}

const serialize = fastJson({
  title: 'envelope',
  type: 'object',
  properties: {
    source: { type: 'string' },
    receivedAt: { type: 'string' },
    reducedFrom: { type: 'string' },
    redacted: { type: 'array', items: { type: 'string' } },
  },
  required: ['source', 'receivedAt'],
})

/** `{"envelope":{…},"event":` the record follows, then `}`. */
export function envelopeText(envelope: Envelope): string {
  return `{"envelope":${serialize(envelope)},"event":`
}
