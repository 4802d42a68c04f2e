/** What is found wrong, or odd, about an audit policy, before it has a line; and what comes of reading one. */
import type { Fault } from '../../errors.ts'
import type { Policy } from './policy.ts'

/** `policy` is null exactly when there are faults. */
export interface PolicyReading {
  readonly policy: Policy | null
  /** As `metadata` says. */
  readonly name: string | null
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
}

export interface Finding {
  readonly code: string
  /** As kube-apiserver writes it, which leaves out some indices: `rules[0].resources.group`. */
  readonly path: string
  /** Its first line is kube-apiserver's own sentence, where it has one; the second says how to mend it. */
  readonly message: string
  /** Where it is in the document, with all indices. */
  readonly at: string
}

export function finding(code: string, path: string, message: string, at = path): Finding {
  return { code, path, message, at }
}

/** Without a place. */
export function toFault({ code, path, message }: Finding): Fault {
  return { code, path, message }
}

/** Whether `path` is `ancestor`, or lies in it. */
export function isWithin(path: string, ancestor: string): boolean {
  return path.startsWith(ancestor) && /^(?:$|[.[])/.test(path.slice(ancestor.length))
}
