/**
 * The fields of a request, or its trailers, as one field block brought them; judged as RFC 9113, section 8 asks. A malformed block costs
 * its stream alone.
 */
import { headerListBytesMax } from '../limits.ts'
import { fieldBytes } from './hpack-table.ts'

/** By lower-case name; values that came several times are joined by `, `. Their characters are bytes. */
export type RequestFields = ReadonlyMap<string, string>

/** `tooLarge`: above `headerListBytesMax`; what came before that is all there is of it. */
export type BlockVerdict = 'good' | 'malformed' | 'too_large'

const pseudoNames: ReadonlySet<string> = new Set([':method', ':scheme', ':authority', ':path'])
/** They speak of one HTTP/1.1 connection. */
const connectionNames: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
])
/** A token of RFC 9110, in lower case. */
const name = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/
const noValue = /[\0\r\n]|^[ \t]|[ \t]$/

export class FieldCollector {
  readonly fields = new Map<string, string>()
  #bytes = 0
  #malformed = false
  /** A field without a colon has come; pseudo-fields must come before. */
  #ordinary = false

  readonly add = (name: string, value: string): void => {
    this.#bytes += fieldBytes(name, value)
    if (this.#bytes > headerListBytesMax || this.#malformed) return
    if (!this.#judge(name, value)) this.#malformed = true
    else {
      const before = this.fields.get(name)
      this.fields.set(name, before === undefined ? value : `${before}, ${value}`)
    }
  }

  get request(): BlockVerdict {
    return this.#verdict(() => isRequest(this.fields))
  }

  get trailers(): BlockVerdict {
    return this.#verdict(() => ![...this.fields.keys()].some((key) => key.startsWith(':')))
  }

  #verdict(isWhole: () => boolean): BlockVerdict {
    if (this.#malformed) return 'malformed'
    if (this.#bytes > headerListBytesMax) return 'too_large'
    return isWhole() ? 'good' : 'malformed'
  }

  #judge(key: string, value: string): boolean {
    if (noValue.test(value)) return false
    if (key.startsWith(':')) return pseudoNames.has(key) && !this.#ordinary && !this.fields.has(key)
    this.#ordinary = true
    if (key === 'te') return value.toLowerCase() === 'trailers'
    return name.test(key) && !connectionNames.has(key)
  }
}

function isRequest(fields: RequestFields): boolean {
  const method = fields.get(':method')
  const [scheme, path] = [fields.get(':scheme'), fields.get(':path')]
  if (method === 'CONNECT') return scheme === undefined && path === undefined && fields.has(':authority')
  return Boolean(method && scheme && path)
}
