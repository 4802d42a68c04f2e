/** What goes along with every look at a part of a policy. */
import type { Findings } from '../../config/findings.ts'
import type { KumaVersion } from '../kuma-version.ts'

export interface BackendContext {
  readonly version: KumaVersion
  /** Whether what this sink takes beyond Kuma is fine too. */
  readonly extensions: boolean
  readonly findings: Findings
}

export interface TrapContext {
  readonly version: KumaVersion
  /** Whether to tell what Kuma does with it, and not only what this sink does. */
  readonly ofKuma: boolean
  readonly findings: Findings
}
