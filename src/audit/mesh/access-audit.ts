/** What an AccessAudit says once it has been read: which actions of a control plane are put on record; and how documents that say so are to be judged. */
import type { KumaVersion } from '../../config/kuma-version.ts'

export interface AccessAudit {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly rules: readonly AccessRule[]
}

/** All that is given must hold. */
export interface AccessRule {
  /** Exact names, each once. Empty: every type but those that the control plane's configuration skips. */
  readonly types: readonly string[]
  /** Null: every mesh. */
  readonly mesh: string | null
  /** Each once. Without meaning beside `accessAll`. */
  readonly access: readonly string[]
  readonly accessAll: boolean
}

export interface AccessAuditOptions {
  /** Types that nobody knows are warned of instead of refused: a newer control plane may have them. Default false. */
  readonly allowUnknownTypes?: boolean
  /** By the types of this release of Kuma. Default: those of all that are known. */
  readonly version?: KumaVersion | null
  /** The name that the document must have, as the URL that it was put to says. Default: whatever it says. */
  readonly name?: string
}

/** The Universal form, as the control plane's own API answers it. */
export function universalForm({ name, labels, rules }: AccessAudit): Record<string, unknown> {
  return {
    type: 'AccessAudit',
    name,
    ...(Object.keys(labels).length > 0 ? { labels } : {}),
    rules: rules.map(({ types, mesh, access, accessAll }) => ({
      ...(types.length > 0 ? { types } : {}),
      ...(mesh === null ? {} : { mesh }),
      ...(access.length > 0 ? { access } : {}),
      ...(accessAll ? { accessAll } : {}),
    })),
  }
}
