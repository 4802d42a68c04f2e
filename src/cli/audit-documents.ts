/** Files that an audit source names by patterns, read once and cut into documents; what cannot be read is a problem in a sentence. */
import { resolve } from 'node:path'
import { type LoadedDocument, loadDocuments } from '../config/load.ts'
import { ConfigError, type Fault } from '../errors.ts'
import { listFiles } from '../policy/store/list-files.ts'
import { parsePattern } from '../policy/store/pattern.ts'
import { readText } from './read-file.ts'

export interface AuditDocuments {
  readonly documents: readonly LoadedDocument[]
  readonly problems: readonly string[]
  /** Some of what is there cannot be read. That nothing is there is only a problem. */
  readonly isBroken: boolean
}

export function readAuditDocuments(patterns: readonly string[]): AuditDocuments {
  const listing = listFiles(patterns.map((pattern) => parsePattern(pattern, resolve())))
  const problems = listing.problems.map(({ where, message }) => `${where} ${message}`)
  const documents: LoadedDocument[] = []
  let isBroken = listing.problems.some(({ code }) => code === 'unreadable')
  for (const file of listing.files) {
    try {
      documents.push(...loadDocuments(file, readText(file)))
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      isBroken = true
      problems.push(...error.faults.map((fault) => sentenceOf(file, fault)))
    }
  }
  return { documents, problems, isBroken }
}

/** `a.yaml:3:5 rules[0].mesh: must be …`: the first line of the fault. */
export function sentenceOf(file: string, { line, column, path, message }: Fault): string {
  const where = line === undefined ? file : `${file}:${line}:${column ?? 1}`
  return `${where} ${path ? `${path}: ` : ''}${message.split('\n')[0]}`
}
