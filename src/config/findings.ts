/** What is found wrong, or odd, about a document. */
import type { Fault } from '../errors.ts'

/** Takes what is found; a place is a path below the value that is being checked. */
export interface Findings {
  fault(code: string, path: string, message: string): void
  warning(code: string, path: string, message: string): void
}

/** Collects findings into two lists of faults. */
export function collectFindings(): Findings & { faults: Fault[]; warnings: Fault[] } {
  const faults: Fault[] = []
  const warnings: Fault[] = []
  return {
    faults,
    warnings,
    fault: (code, path, message) => void faults.push({ code, path, message }),
    warning: (code, path, message) => void warnings.push({ code, path, message }),
  }
}
