/** A configuration file, read and compiled, for the commands that run on one. All its faults come in one error. */

import { type CompiledSink, compile } from '../compile.ts'
import type { Config } from '../config/config.ts'
import { type LoadedDocument, loadDocuments } from '../config/load.ts'
import { ConfigError, type Fault } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import { DocumentError } from './document-error.ts'
import { outsideOf, readText } from './read-file.ts'
import type { Terminal } from './terminal.ts'

export interface CompiledFile {
  readonly config: Config
  readonly sink: CompiledSink
  readonly warnings: readonly Fault[]
}

/** The one document of the file; null stands for the empty document, which has every default. Throws ConfigError. */
export function loadFile(file: string | null, terminal: Terminal): LoadedDocument & { readonly config: Config } {
  const name = file ?? 'the default configuration'
  const documents = loadDocuments(name, file === null ? '' : readText(file), outsideOf(terminal))
  const [document, second] = documents
  if (second) {
    const message = 'is a second document; a running sink has one. Use `als-sink check` for several.'
    throw new DocumentError(name, document!.text, [second.place({ code: 'several_documents', path: '', message })])
  }
  const { config, faults, text } = document!
  if (!config) throw new DocumentError(name, text, faults)
  return { ...document!, config }
}

/** Throws ConfigError with the faults of all formats, placed. */
export function compileDocument(document: LoadedDocument & { readonly config: Config }, kernel: Kernel): CompiledSink {
  try {
    return compile(document.config, kernel.memory)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    throw new DocumentError(document.file, document.text, error.faults.map(document.place), { cause: error })
  }
}

/** Both at once, for commands that need not size the memory by the configuration. */
export function compileFile(file: string, kernel: Kernel, terminal: Terminal): CompiledFile {
  const document = loadFile(file, terminal)
  return { config: document.config, sink: compileDocument(document, kernel), warnings: document.warnings }
}
