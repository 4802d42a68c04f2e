/** Which records AccessAudits select: the worked examples, and what they leave open. */
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { AccessAudit } from '../../../src/audit/mesh/access-audit.ts'
import { readAccessAudit } from '../../../src/audit/mesh/read-access-audit.ts'
import { createKeeper, createSelector, type RecordFacts } from '../../../src/audit/mesh/selector.ts'
import { skipDefaultTypesDefault } from '../../../src/config/audit-config.ts'

/** The rules of the documented example, without `accessAll` and as printed. */
const narrow =
  '{types: ["TrafficPermission", "TrafficRoute", "Mesh"], mesh: "default", access: ["CREATE", "UPDATE", "DELETE"]}'
const printed = narrow.replace('}', ', accessAll: true}')

/** Reads the rules as they are, also those that validation refuses. */
function audit(name: string, rules: readonly string[]): AccessAudit {
  const reading = readAccessAudit({ type: 'AccessAudit', name, rules: rules.map((rule) => parse(rule) as unknown) })
  if (reading.resource) return reading.resource
  const bare = { types: [], mesh: null, access: [], accessAll: false }
  return { name, labels: {}, rules: rules.map((rule) => ({ ...bare, ...(parse(rule) as object) })) }
}

/** `UPDATE Mesh/default`, `CREATE MeshRetry/a mesh=m1`, `GENERATE_DATAPLANE_TOKEN mesh=prod`. */
function factsOf(text: string): RecordFacts {
  const [, action, type, name, mesh] = /^(\w+)(?: (\w+)\/(\S+))?(?: mesh=(\S+))?$/.exec(text)!
  const isToken = action!.startsWith('GENERATE')
  return {
    action: action!,
    type: type ?? null,
    name: name ?? null,
    mesh: isToken ? null : (mesh ?? null),
    tokenMesh: isToken ? (mesh ?? null) : null,
  }
}

const skips: Readonly<Record<string, readonly string[]>> = {
  '': skipDefaultTypesDefault,
  none: [],
  '+Dataplane': [...skipDefaultTypesDefault, 'Dataplane'],
}

/** The last column: the rule that selects, or why none does. */
const examples: readonly (readonly [string, readonly string[], string, string, number | string])[] = [
  ['A1', [], '', 'CREATE TrafficPermission/n mesh=default', 'no rule'],
  ['A2', [narrow], '', 'UPDATE TrafficPermission/web-to-backend mesh=default', 0],
  ['A3', [narrow], '', 'UPDATE TrafficPermission/web-to-backend mesh=prod', 'mesh'],
  ['A4', [narrow], '', 'CREATE MeshTimeout/n mesh=default', 'type'],
  ['A5', [narrow], '', 'UPDATE Mesh/default', 0],
  ['A6', [narrow], '', 'DELETE Mesh/prod', 'mesh'],
  ['A7', [narrow], '', 'GENERATE_DATAPLANE_TOKEN mesh=default', 'action'],
  ['A8', [printed], '', 'GENERATE_DATAPLANE_TOKEN mesh=default', 0],
  ['A9', [printed], '', 'GENERATE_DATAPLANE_TOKEN mesh=prod', 'mesh'],
  ['A10', [printed], '', 'GENERATE_USER_TOKEN', 'mesh'],
  ['A11', ['{accessAll: true}'], '', 'DELETE MeshTrafficPermission/n mesh=m1', 0],
  ['A12', ['{accessAll: true}'], '', 'UPDATE DataplaneInsight/n mesh=m1', 'skipped type'],
  ['A13', ['{types: ["DataplaneInsight"], accessAll: true}'], '', 'UPDATE DataplaneInsight/n mesh=m1', 0],
  ['A14', ['{types: [], accessAll: true}'], '', 'UPDATE MeshInsight/default', 'skipped type'],
  ['A15', ['{accessAll: true}'], 'none', 'UPDATE ZoneInsight/z1', 0],
  ['A16', ['{accessAll: true}'], '+Dataplane', 'UPDATE Dataplane/n mesh=m1', 'skipped type'],
  ['A17', ['{types: ["Dataplane"], accessAll: true}'], '+Dataplane', 'UPDATE Dataplane/n mesh=m1', 0],
  ['A18', ['{access: ["DELETE"]}'], '', 'DELETE Secret/n mesh=default', 0],
  ['A19', ['{access: ["DELETE"]}'], '', 'CREATE Secret/n mesh=default', 'action'],
  ['A20', ['{types: ["GlobalSecret"], accessAll: true}'], '', 'CREATE GlobalSecret/n', 0],
  ['A21', ['{mesh: "default", accessAll: true}'], '', 'CREATE Zone/z1', 'global type has no mesh'],
  ['A22', ['{mesh: "default", accessAll: true}'], '', 'CREATE MeshRetry/n mesh=default', 0],
  ['A23', ['{mesh: "default", accessAll: true}'], '', 'UPDATE Mesh/default', 0],
  ['A24', ['{mesh: "default", accessAll: true}'], '', 'UPDATE ServiceInsight/s mesh=default', 'skipped type'],
  ['A25', ['{access: ["GENERATE_DATAPLANE_TOKEN"]}'], '', 'GENERATE_DATAPLANE_TOKEN mesh=prod', 0],
  ['A26', ['{mesh: "prod", access: ["GENERATE_DATAPLANE_TOKEN"]}'], '', 'GENERATE_DATAPLANE_TOKEN mesh=prod', 0],
  [
    'A27',
    ['{mesh: "prod", access: ["GENERATE_DATAPLANE_TOKEN"]}'],
    '',
    'GENERATE_DATAPLANE_TOKEN mesh=default',
    'mesh',
  ],
  ['A28', ['{access: ["GENERATE_USER_TOKEN"]}'], '', 'GENERATE_USER_TOKEN', 0],
  ['A29', ['{access: ["GENERATE_ZONE_CP_TOKEN"]}'], '', 'GENERATE_ZONE_TOKEN', 'action'],
  ['A30', ['{types: ["Mesh"], access: ["GENERATE_ZONE_TOKEN"]}'], '', 'GENERATE_ZONE_TOKEN', 0],
  ['A31', ['{access: ["VIEW_CONFIG_DUMP", "VIEW_STATS", "VIEW_CLUSTERS"]}'], '', 'VIEW_CONFIG_DUMP mesh=default', 0],
  ['A32', ['{mesh: "default", access: ["VIEW_STATS"]}'], '', 'VIEW_STATS mesh=default', 0],
  ['A33', ['{mesh: "default", access: ["VIEW_CLUSTERS"]}'], '', 'VIEW_CLUSTERS', 'mesh'],
  [
    'A34',
    ['{types: ["Mesh"], access: ["DELETE"]}', '{types: ["Secret"], accessAll: true}'],
    '',
    'UPDATE Secret/n mesh=m',
    1,
  ],
  ['A35', ['{accessAll: true}', '{types: ["Secret"], accessAll: true}'], '', 'UPDATE Secret/n mesh=m', 0],
  ['A36', ['{types: ["TrafficPermission"], accessAll: true}'], '', 'CREATE trafficpermission/n mesh=default', 'type'],
  ['A37', ['{accessAll: true}'], '', 'DELETE AccessAudit/audit-1', 0],
  ['A38', ['{accessAll: true}'], '', 'CREATE MeshRetry/mesh-retry-all-default mesh=default', 0],
  ['A39', ['{types: ["Mesh"]}'], '', 'DELETE Mesh/default', 'action'],
]

test.each(examples)('%s: %j, skipping %j, %s: %j', (_, rules, skipped, action, expected) => {
  const selector = createSelector(rules.length > 0 ? [audit('audit-1', rules)] : [], skips[skipped])
  const verdict = selector.select(factsOf(action))
  if (typeof expected === 'number') {
    expect(verdict).toEqual({
      audited: true,
      rule: { resource: 'audit-1', index: expected },
      why: `audit-1 rules[${expected}]`,
    })
  } else expect(verdict).toEqual({ audited: false, why: expected })
})

test('there are as many examples as there should be', () => expect(examples).toHaveLength(39))

const select = (rules: readonly string[], facts: Partial<RecordFacts>) =>
  createSelector([audit('a', rules)]).select({
    action: 'UPDATE',
    type: null,
    name: null,
    mesh: null,
    tokenMesh: null,
    ...facts,
  })

describe('several AccessAudits', () => {
  const first = audit('first', ['{types: [Mesh], access: [DELETE]}', '{types: [Zone], access: [UPDATE]}'])
  const second = audit('second', ['{types: [Secret], accessAll: true}', '{accessAll: true}'])

  test('are one union, and the first rule that selects is told', () => {
    const selector = createSelector([first, second])
    const tell = (action: string) => selector.select(factsOf(action)).rule
    expect(tell('UPDATE Secret/n mesh=m')).toEqual({ resource: 'second', index: 0 })
    expect(tell('UPDATE Zone/east')).toEqual({ resource: 'first', index: 1 })
    expect(tell('UPDATE MeshRetry/n mesh=m')).toEqual({ resource: 'second', index: 1 })
  })

  test('that all miss are told by the nearest miss', () => {
    const verdict = createSelector([first]).select(factsOf('UPDATE Mesh/default'))
    expect(verdict).toEqual({ audited: false, why: 'type' })
  })
})

describe('what nobody knows', () => {
  test('an action is kept by accessAll, whatever else the rule says', () => {
    const facts = { action: 'ROTATE_KEYS', type: 'Vault', mesh: 'prod' }
    expect(select(['{accessAll: true}'], facts).audited).toBe(true)
    expect(select(['{types: [Mesh], mesh: default, accessAll: true}'], facts).audited).toBe(true)
    expect(select(['{access: [CREATE, UPDATE, DELETE]}'], facts)).toEqual({ audited: false, why: 'action' })
  })

  test('a type is taken for one that belongs to a mesh', () => {
    expect(select(['{mesh: prod, accessAll: true}'], { type: 'MeshNovelty', mesh: 'prod' }).audited).toBe(true)
    expect(select(['{mesh: prod, accessAll: true}'], { type: 'MeshNovelty', mesh: 'test' }).audited).toBe(false)
  })

  test('a record without a resource is kept unless a rule narrows', () => {
    expect(select(['{access: [UPDATE]}'], {}).audited).toBe(true)
    expect(select(['{types: [Mesh], access: [UPDATE]}'], {})).toEqual({ audited: false, why: 'type' })
    expect(select(['{mesh: prod, access: [UPDATE]}'], {})).toEqual({ audited: false, why: 'mesh' })
  })

  test('everything is kept by a keeper', () => {
    expect(createKeeper('unreadable').select(factsOf('VIEW_STATS'))).toMatchObject({ audited: true, why: 'unreadable' })
  })
})
