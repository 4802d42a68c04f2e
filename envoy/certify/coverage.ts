/**
 * What the corpus has to bring: `-` beside `-` proves nothing, so each use needs three different values and one entry without any. Here
 * stand the uses that cannot have them, and why; a use that has more than is said here is a fault as well.
 */
import type { Use } from './operators.ts'

interface Lack {
  readonly uses: RegExp
  readonly why: string
  /** The most different values there are. Default: any number, and three are asked for. */
  readonly distinct?: 0 | 1 | 2
  /** More would be no surprise: it hangs on how fast the machine is. */
  readonly mayBeMore?: true
  /** Envoy prints something in every entry. Default false: one entry without is asked for. */
  readonly alwaysThere?: true
}

const lacks: readonly Lack[] = [
  { uses: /^(START|EMIT)_TIME/, alwaysThere: true, why: 'every entry has a time' },
  {
    uses: /BYTES|PACKETS|ATTEMPT_COUNT$|CONNECTION_ID$|^RESPONSE_CODE$|^DURATION$/,
    alwaysThere: true,
    why: 'a number, 0 when there is nothing to count',
  },
  { uses: /^DOWNSTREAM_.*ADDRESS(?!.*\(-1\))/, alwaysThere: true, why: 'every connection has two ends' },
  {
    uses: /^RESPONSE_FLAGS|^ACCESS_LOG_TYPE$|^LISTENER_NAME$|^DOWNSTREAM_DETECTED_CLOSE_TYPE$/,
    alwaysThere: true,
    why: 'a word in every entry',
  },
  { uses: /^UNIQUE_ID$/, alwaysThere: true, why: 'made anew for every entry' },
  { uses: /^COALESCE\(.*RESPONSE_CODE/, alwaysThere: true, why: 'its last choice is always there' },
  { uses: /^(HOSTNAME$|ENVIRONMENT\()/, distinct: 1, alwaysThere: true, why: 'one for the whole process' },
  { uses: /^(LOCAL_REPLY_BODY|CUSTOM_FLAGS)$/, distinct: 1, alwaysThere: true, why: 'empty in every access log' },
  { uses: /^DOWNSTREAM.*\(-1\)/, distinct: 1, alwaysThere: true, why: 'no mask is as short; the text is empty' },
  { uses: /^UPSTREAM.*\(-1\)/, distinct: 1, why: 'no mask is as short; the text is empty' },
  { uses: /\):0$/, distinct: 1, why: 'nothing is left of it' },
  { uses: /^DOWNSTREAM_CX_RTT$/, distinct: 1, mayBeMore: true, why: 'loopback is faster than its unit' },
  { uses: /^(TYPED_)?CEL\(connection\.mtls\)$/, distinct: 2, alwaysThere: true, why: 'true and false' },
  {
    uses: /^TYPED_CEL\((metadata|connection\.id|request\.(time|headers))\)$/,
    alwaysThere: true,
    why: 'every stream has it',
  },
  { uses: /METADATA\(.*:b\)$|^CEL\(response\.code >= 400\)$/, distinct: 2, why: 'true and false' },
  { uses: /^REQ\(:SCHEME\)$/, distinct: 2, why: 'http and https' },
  {
    uses: /^UPSTREAM_DETECTED_CLOSE_TYPE$/,
    distinct: 2,
    mayBeMore: true,
    why: 'Envoy itself resets no upstream connection here',
  },
  {
    uses: /\(DS_TX_END:DS_RX_BEG\)$|NO_SUCH_POINT/,
    distinct: 0,
    why: 'the end comes before the start, or there is no such point',
  },
  { uses: /MISSING\)$|\(none\)$|[:.]none\)$|:nul\)$/, distinct: 0, why: 'asks for what is nowhere' },
  { uses: /FIELD:x\)$|STATE\(envoy\.network\.[a-z_.]+\)$/, distinct: 0, why: 'the object has no such form' },
  { uses: /^UPSTREAM_FILTER_STATE\(fs\.text/, distinct: 0, why: 'not shared with the upstream' },
]

export interface Values {
  readonly use: Use
  readonly distinct: number
  readonly absent: number
}

/** What is wrong with the values that the corpus brought, as sentences; none: all is as declared. For the newest Envoy. */
export function coverageFaults(all: readonly Values[]): string[] {
  return all.flatMap(({ use, distinct, absent }) => {
    const lack = lacks.find(({ uses }) => uses.test(use))
    const most = lack?.distinct
    const faults: string[] = []
    if (distinct < (most ?? 3)) faults.push(`${use}: ${distinct} different values, ${most ?? 3} are asked for.`)
    if (most !== undefined && distinct > most && !lack?.mayBeMore)
      faults.push(`${use}: ${distinct} different values, though "${lack?.why}".`)
    if (lack?.alwaysThere && absent > 0) faults.push(`${use}: absent in ${absent} entries, though "${lack.why}".`)
    if (!lack?.alwaysThere && absent === 0) faults.push(`${use}: absent nowhere, once is asked for.`)
    return faults
  })
}

/** Why a use has fewer than three values; undefined: it has them. */
export function whyFew(use: Use): string | undefined {
  const lack = lacks.find(({ uses }) => uses.test(use))
  return lack?.distinct === undefined ? undefined : lack.why
}
