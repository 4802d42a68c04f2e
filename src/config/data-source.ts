/** What a document names beside itself; and Envoy's `DataSource`: a format that stands in it, in a file, or in an environment variable. */
import type { Findings } from './findings.ts'

/** What a document may name beside itself. */
export interface Outside {
  /** Throws a system error. */
  readonly readFile: (path: string) => Uint8Array
  /** The absolute path of the file that a path leads to, which need not be there. Two paths of one file have the same answer. */
  readonly realPath: (path: string) => string
  readonly variables: Readonly<Record<string, string | undefined>>
}

/** Of a `text_format_source`; exactly one is given. */
export interface DataSource {
  readonly inline_string?: string | undefined
  readonly inline_bytes?: string | undefined
  readonly filename?: string | undefined
  readonly environment_variable?: string | undefined
}

export const dataSourceForms = ['inline_string', 'inline_bytes', 'filename', 'environment_variable'] as const

/**
 * The content, to the last byte: the newline at a file's end is part of it, as for Envoy. What cannot be had is a fault, and the
 * content is empty then. `path`: where the source stands in the document.
 */
export function readDataSource(
  source: DataSource,
  path: string,
  outside: Outside,
  findings: Findings,
): { content: string | Uint8Array; path: string } {
  const form = dataSourceForms.find((key) => source[key] !== undefined)
  if (form === undefined) return { content: '', path }
  const given = source[form]!
  const at = `${path}.${form}`
  const fault = (code: string, message: string) => {
    findings.fault(code, at, message)
    return { content: '', path: at }
  }
  switch (form) {
    case 'inline_string':
      return { content: given, path: at }
    case 'inline_bytes':
      if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/.test(given.replace(/\s/g, ''))) {
        return fault('wrong_value', 'must be base64.')
      }
      return { content: Buffer.from(given, 'base64'), path: at }
    case 'environment_variable': {
      const value = outside.variables[given]
      if (value === undefined) return fault('missing', `names ${given}, which is not set in the environment.`)
      return { content: value, path: at }
    }
    case 'filename':
      try {
        return { content: outside.readFile(given), path: at }
      } catch (error) {
        return fault('unreadable', `cannot be read: ${(error as Error).message}.`)
      }
  }
}
