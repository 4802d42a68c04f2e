/** The ten actions that a control plane of Kong Mesh audits, and what each of them is about. */

/** `resource`: a resource is written. `token`: one is issued. `view`: a proxy's Envoy is looked into. */
export type ActionClass = 'resource' | 'token' | 'view'

const classes = {
  CREATE: 'resource',
  UPDATE: 'resource',
  DELETE: 'resource',
  GENERATE_DATAPLANE_TOKEN: 'token',
  GENERATE_USER_TOKEN: 'token',
  GENERATE_ZONE_CP_TOKEN: 'token',
  GENERATE_ZONE_TOKEN: 'token',
  VIEW_CONFIG_DUMP: 'view',
  VIEW_STATS: 'view',
  VIEW_CLUSTERS: 'view',
} as const satisfies Readonly<Record<string, ActionClass>>

export type AuditAction = keyof typeof classes

/** In the order of the documentation. */
export const auditActions = Object.keys(classes) as readonly AuditAction[]

/** Null: an action that this version does not know, which a newer control plane may well have. */
export function classOf(action: string): ActionClass | null {
  return Object.hasOwn(classes, action) ? classes[action as AuditAction] : null
}
