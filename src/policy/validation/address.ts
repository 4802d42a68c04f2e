/**
 * Kuma's test of `tcp.address`, which is a test for URLs, odd corners and all: `localhost:5000` passes and `localhost` does not,
 * `a_bc:5000` passes and `a_b:5000` does not. The library that Kuma asks matches a pattern in linear time; the same pattern takes a
 * backtracking engine for ever, so it is written here as steps over sets of positions.
 *
 *     [scheme "://"] [user "@"] host ["."] [":" 1*5DIGIT] [("/" / "?" / "#") anything but blanks]
 */
import { isIPv6 } from 'node:net'

/** Positions in a text, in ascending order: where a step may begin, or where it may have ended. */
type Positions = readonly number[]
type Step = (text: string, from: Positions) => Positions

/** Of the library, in characters and in bytes; both bounds themselves are refused. */
const addressCharactersMax = 2083
const addressBytesMin = 3

/** Most addresses, which need no steps: names of two letters and more, and a port. */
const ordinary = /^[a-zA-Z0-9]{2,}(?:[-.][a-zA-Z0-9]{2,})*:\d{1,5}$/

export function isAddress(text: string): boolean {
  if (text.length < 1_000 && ordinary.test(text)) return true
  if ([...text].length >= addressCharactersMax || Buffer.byteLength(text) <= addressBytesMin || text.startsWith('.')) {
    return false
  }
  return hasHost(text) && hasGoodEscapes(text) && pattern(text, [0]).includes(text.length)
}

/** Without a colon anywhere the text is the path of a URL, which has a dot if it is a host. */
function hasHost(text: string): boolean {
  return text.includes(':') || /^[^?#]*\./.test(text)
}

/** What the reader of URLs refuses before any pattern: control characters, and a percent sign that is no escape, but in a query. */
function hasGoodEscapes(text: string): boolean {
  if (/[\x00-\x1f\x7f]/.test(text)) return false
  const withoutQuery = text.replace(/\?[^#]*/, '')
  return !/%(?![0-9a-fA-F]{2})/.test(withoutQuery)
}

const union = (...sets: readonly Positions[]): Positions => [...new Set(sets.flat())].sort((a, b) => a - b)
const oneOf =
  (...steps: readonly Step[]): Step =>
  (text, from) =>
    union(...steps.map((step) => step(text, from)))
const inOrder =
  (...steps: readonly Step[]): Step =>
  (text, from) =>
    steps.reduce((at, step) => step(text, at), from)
const optional =
  (step: Step): Step =>
  (text, from) =>
    union(from, step(text, from))

/** Any number of times. */
function repeated(step: Step): Step {
  return (text, from) => {
    const reached = new Set(from)
    for (let next = from; next.length > 0; ) {
      next = step(text, next).filter((position) => !reached.has(position))
      for (const position of next) reached.add(position)
    }
    return [...reached].sort((a, b) => a - b)
  }
}

/** One character. */
const one =
  (set: RegExp): Step =>
  (text, from) =>
    from.filter((at) => set.test(text.charAt(at))).map((at) => at + 1)
/** One or more characters, all ends of them. */
const some = (set: RegExp): Step => inOrder(one(set), repeated(one(set)))
/** A sticky pattern that has one end for each beginning. */
const sticky =
  (source: RegExp): Step =>
  (text, from) => {
    const pattern = new RegExp(source.source, 'y')
    return from.flatMap((at) => {
      pattern.lastIndex = at
      return pattern.test(text) ? [pattern.lastIndex] : []
    })
  }

const alphanumeric = /^[a-zA-Z0-9]$/
const wide = /^[a-zA-Z0-9\u00a1-\ud7ff\ue000-\uffff]$/
const wideLetter = /^[a-zA-Z\u00a1-\ud7ff\ue000-\uffff]$/

const scheme = sticky(/(?:ftp|tcp|udp|wss?|https?):\/\//)

/** Ends behind every `@` that no blank comes before. */
const user: Step = (text, from) =>
  union(
    ...from.map((at) => {
      const span = /^\S*/.exec(text.slice(at))![0]
      return [...span.matchAll(/@/g)].filter(({ index }) => index > 0).map(({ index }) => at + index + 1)
    }),
  )

const threeOctets = sticky(
  /(?:[1-9]\d?|1\d\d|2[01]\d|22[0-3]|24\d|25[0-5])(?:\.(?:\d{1,2}|1\d\d|2[0-4]\d|25[0-5])){2}\./,
)
const lastOctet = /^(?:\d{1,2}|1\d\d|2[0-4]\d|25[0-5])$/
/** The last octet may end after each of its digits. */
const ipv4: Step = (text, from) =>
  union(
    ...[1, 2, 3].map((digits) =>
      threeOctets(text, from)
        .filter((at) => lastOctet.test(text.slice(at, at + digits)) && at + digits <= text.length)
        .map((at) => at + digits),
    ),
  )

const ipv6: Step = (text, from) =>
  from.flatMap((at) => {
    const inside = /^\[([^\]]*)\]/.exec(text.slice(at, at + 60))
    return inside && isIPv6(inside[1]!) && !inside[1]!.includes('%') ? [at + inside[0].length] : []
  })

const labels = inOrder(
  one(alphanumeric),
  optional(some(/^[a-zA-Z0-9_-]$/)),
  one(alphanumeric),
  repeated(inOrder(one(/^[-.]$/), some(alphanumeric))),
)

const subdomain = oneOf(
  sticky(/www\./),
  inOrder(
    some(alphanumeric),
    repeated(inOrder(optional(one(/^[-_.]$/)), one(alphanumeric))),
    one(alphanumeric),
    one(/^\.$/),
    some(alphanumeric),
  ),
)

const dash = one(/^-$/)
const name = inOrder(
  optional(oneOf(labels, subdomain)),
  repeated(inOrder(some(wide), optional(dash), optional(dash))),
  some(wide),
  optional(inOrder(one(/^\.$/), some(wideLetter))),
)

const pattern = inOrder(
  optional(scheme),
  optional(user),
  oneOf(ipv4, ipv6, name),
  optional(one(/^\.$/)),
  optional(oneOf(...[1, 2, 3, 4, 5].map((digits) => sticky(new RegExp(`:\\d{${digits}}`))))),
  optional(sticky(/[/?#]\S*/)),
)
