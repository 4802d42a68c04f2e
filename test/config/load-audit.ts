/** The section `audit` of a sink.yaml by itself: read, lowered, with what was found. */
import { resolve } from 'node:path'
import { parse } from 'yaml'
import type { AuditConfig } from '../../src/config/audit-config.ts'
import { audit } from '../../src/config/audit-schema.ts'
import type { Config } from '../../src/config/config.ts'
import { collectFindings } from '../../src/config/findings.ts'
import { section } from '../../src/config/kinds.ts'
import { loadDocuments } from '../../src/config/load.ts'
import { lowerAudit } from '../../src/config/lower-audit.ts'

const schema = section({ audit })

export interface LoadedAudit {
  /** Null: it has faults. */
  readonly audit: AuditConfig | null
  /** `code path: message`, the first line of it. */
  readonly faults: readonly string[]
  readonly warnings: readonly string[]
}

/** `text` begins with `audit:`; `rest` is the sink.yaml without it. */
export function loadAudit(text: string, rest = ''): LoadedAudit {
  const parsed = schema.safeParse(withoutNulls(parse(text)))
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ code, path, message }) => `${code} ${pathText(path)}: ${message}`)
    return { audit: null, faults, warnings: [] }
  }
  const { pipelines, listen } = sink(rest)
  const findings = collectFindings()
  const outside = {
    readFile: () => {
      throw new Error('no files are read here')
    },
    realPath: (path: string) => resolve(path),
    variables: {},
  }
  const found = lowerAudit(parsed.data.audit, { pipelines, listen, outside, findings })
  const tell = ({ code, path, message }: (typeof findings.faults)[number]) =>
    `${code} ${path}: ${message.split('\n')[0]}`
  return {
    audit: findings.faults.length === 0 ? found : null,
    faults: findings.faults.map(tell),
    warnings: findings.warnings.map(tell),
  }
}

function sink(text: string): Config {
  const [document] = loadDocuments('sink.yaml', text)
  if (!document?.config) throw new Error(JSON.stringify(document?.faults))
  return document.config
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).filter(([, member]) => member !== null)
  return Object.fromEntries(members.map(([key, member]) => [key, withoutNulls(member)]))
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .slice(1)
}
