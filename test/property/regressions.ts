/** Cases that once went wrong: a format, an entry in base64, and why it is kept. */
import type { Kind } from '../reference/value.ts'
import type { Options } from './engine.ts'
import type { Spec } from './formats.ts'

export interface Regression {
  readonly reason: string
  readonly spec: Spec
  readonly options: Options
  readonly kind: Kind
  readonly entry: string
  /** The same entry in another encoding, where only that went wrong: for the engine; the reference wants canonical bytes. */
  readonly wire?: string
}

const plain: Options = {
  omitEmptyValues: false,
  timeZone: 'UTC',
  kumaValues: {},
  textSafety: { escapeControl: false, wholeCharacters: false, finiteNumbers: false },
  receivedAtMs: 5000,
  contentTypeListed: false,
  machine: true,
}

export const regressions: readonly Regression[] = [
  {
    reason: 'a certificate’s name survives an unknown field of a high number behind it',
    spec: { text: '%DOWNSTREAM_LOCAL_URI_SAN%' },
    options: plain,
    kind: 'http',
    entry: 'Cg0iCyIJCgcKAWHi2wEA',
  },
  {
    reason: 'a tag that says absent outweighs the flags of the entry',
    spec: { text: '%RESPONSE_FLAGS%' },
    options: plain,
    kind: 'http',
    entry: 'Ci2CAQIQAbIBJQoUYWxzOiVSRVNQT05TRV9GTEFHUyUSDTxhYnNlbnQ+PGVuZD4=',
  },
  {
    reason: 'a tag that says absent outweighs the start time',
    spec: { json: { a: '%START_TIME_LOCAL%' } },
    options: plain,
    kind: 'http',
    entry: 'CikqAggFsgEiChZhbHM6JVNUQVJUX1RJTUVfTE9DQUwlEgg8YWJzZW50Pg==',
  },
  {
    reason: 'a named port is a JSON string',
    spec: { json: { a: '%DOWNSTREAM_REMOTE_PORT%' } },
    options: plain,
    kind: 'http',
    entry: 'Cg8SDQoLEgM6OjEiBGh0dHA=',
  },
  {
    reason: 'a duration that is none does not move the time of emission',
    spec: { text: '%EMIT_TIME%' },
    options: plain,
    kind: 'http',
    entry: 'ChQqAghkugENCAEQ////////////AQ==',
  },
  {
    reason: 'a start time that is none is no time of emission',
    spec: { text: '%EMIT_TIME%' },
    options: plain,
    kind: 'http',
    entry: 'Cg8qCAgBEICU69wDugECCAE=',
  },
  {
    reason: 'a JSON string is escaped once, also where text formats escape control characters',
    spec: { json: { a: 'x%REQ(USER-AGENT)%' } },
    options: { ...plain, textSafety: { ...plain.textSafety, escapeControl: true } },
    kind: 'http',
    entry: 'GgQyAmEK',
  },
  {
    reason: 'the length of COALESCE also cuts what TCP entries print without looking',
    spec: { text: '%COALESCE({"operators":["UPSTREAM_HEADER_BYTES_SENT"]}):0%' },
    options: plain,
    kind: 'tcp',
    entry: '',
  },
  {
    reason: 'the requested host is the authority, whatever headers are listed',
    spec: { text: '%REQUESTED_SERVER_NAME(HOST_FIRST:HOST)%' },
    options: plain,
    kind: 'http',
    entry: 'Gg4aAWFqCQoEaG9zdBIBYg==',
  },
  {
    reason: 'a namespace’s tag that is not all JSON is a string',
    spec: { json: { a: '%CLUSTER_METADATA(ns)%' } },
    options: plain,
    kind: 'http',
    entry: 'CjKyAS8KGmFsczolQ0xVU1RFUl9NRVRBREFUQShucyklEhF7ImsiOjF9PGVuZD48ZW5kPg==',
  },
  {
    reason: 'a value of the stream is a value: its control characters are escaped as well',
    spec: { text: '%KUMA_ZONE%' },
    options: { ...plain, kumaValues: { zone: '\n' }, textSafety: { ...plain.textSafety, escapeControl: true } },
    kind: 'tcp',
    entry: '',
  },
  {
    reason: 'a namespace’s tag that is not all JSON says nothing of the operator with a length',
    spec: { text: '%METADATA(CLUSTER:ns):1%' },
    options: plain,
    kind: 'tcp',
    entry: 'CkGyAT4KGmFsczolTUVUQURBVEEoQ0xVU1RFUjpucyklEiB7ImsiOnsib2JqIjoiXHUwMDFiIn19PGVuZD48ZW5kPg==',
  },
  {
    reason: 'a length may be larger than any number of 32 bits',
    spec: { text: '%COALESCE({"operators":["UPSTREAM_TRANSPORT_FAILURE_REASON"]}):1099511627776%' },
    options: plain,
    kind: 'http',
    entry: 'CgmSAQZyZWFzb24=',
  },
  {
    reason: 'white space around the JSON of a tag is none of it',
    spec: { json: { a: '%FILTER_STATE(k)%' } },
    options: plain,
    kind: 'http',
    entry: 'Ch6yARsKFWFsczolRklMVEVSX1NUQVRFKGspJRICMAk=',
  },
]
