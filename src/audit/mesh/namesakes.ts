/**
 * AccessAudits of one control plane that have one name. There, one would have taken the place of the other; here, nobody can say which, so the
 * rules of both select, and that is told.
 */
import type { AccessAudit } from './access-audit.ts'

export interface OwnedAccessAudit {
  readonly resource: Pick<AccessAudit, 'name'>
  /** Null: it was put over HTTP. */
  readonly file: string | null
}

export interface Namesake {
  readonly name: string
  /** Who had the name first, and whose it is too; null: it was put over HTTP. */
  readonly first: string | null
  readonly file: string
}

/** Each but the first of a name. Of those that were put, none has a name twice. */
export function findNamesakes(audits: readonly OwnedAccessAudit[]): Namesake[] {
  const firstOf = new Map<string, string | null>()
  return audits.flatMap(({ resource: { name }, file }) => {
    const first = firstOf.get(name)
    if (first === undefined) {
      firstOf.set(name, file)
      return []
    }
    // Told at the file, which is what can be mended by hand.
    if (file === null) return first === null ? [] : [{ name, first: null, file: first }]
    return [{ name, first, file }]
  })
}

/** A sentence; it is told together with the file. */
export function namesakeMessage(name: string, first: string | null): string {
  const where = first === null ? 'was put over HTTP' : `is in ${first}`
  return `An AccessAudit ${JSON.stringify(name)} ${where} as well. The rules of both select; give one of them another name.`
}
