/** Places that two parts of a configuration would use against each other: files, dead letters, addresses to listen on. */
import type { Backend, FileBackend, Listener, PipelineConfig } from './config.ts'
import type { Outside } from './data-source.ts'
import type { Findings } from './findings.ts'

/** What one open file can have only one of. */
const fileSettings = ['mode', 'makeDirectory', 'fsync', 'rotation'] as const

/** Our own streams, which the sink never opens as files. */
export const standardStreams: readonly string[] = ['/dev/stdout', '/dev/stderr']

/** Where a backend writes: the same text for the same destination. */
export function destinationOf(backend: Backend, { realPath }: Outside): string {
  switch (backend.type) {
    case 'File':
      return filePlace(backend.file.path, realPath)
    case 'Tcp':
      return `tcp ${backend.tcp.address.text}`
    case 'OpenTelemetry':
      return `otlp ${backend.openTelemetry.endpoint.text}`
  }
}

function filePlace(path: string, realPath: Outside['realPath']): string {
  return `file ${standardStreams.includes(path) ? path : realPath(path)}`
}

/** Backends of one path share one open file, so they must agree about it; and dead letters do not belong among its lines. */
export function checkFiles(pipelines: readonly PipelineConfig[], outside: Outside, findings: Findings): void {
  const backends = pipelines.flatMap((pipeline) => pipeline.backends)
  const firstOf = new Map<string, FileBackend>()
  for (const backend of backends) {
    if (backend.type !== 'File') continue
    const place = destinationOf(backend, outside)
    const first = firstOf.get(place)
    if (first) checkAgreement(first, backend, findings)
    else firstOf.set(place, backend)
  }
  for (const { deadLetter, path } of backends) {
    const writer = deadLetter === null ? undefined : firstOf.get(filePlace(deadLetter, outside.realPath))
    if (writer) findings.fault('duplicate', `${path}.deadLetter.path`, `is the file that ${writer.path} writes.`)
  }
}

function checkAgreement(first: FileBackend, backend: FileBackend, findings: Findings): void {
  for (const key of fileSettings) {
    if (JSON.stringify(backend.file[key]) === JSON.stringify(first.file[key])) continue
    const message = `differs from ${first.path}.file.${key}, which is the same file.`
    findings.fault('conflict', `${backend.path}.file.${key}`, message)
  }
}

/** `path`: where the listener stands in the document. Port 0 is a free one each time. */
export function checkAddresses(
  listeners: readonly { readonly listener: Listener; readonly path: string }[],
  findings: Findings,
): void {
  const firstOf = new Map<string, string>()
  for (const { listener, path } of listeners) {
    if (listener.kind === 'tcp' && listener.port === 0) continue
    const first = firstOf.get(listener.text)
    if (first === undefined) firstOf.set(listener.text, path)
    else findings.fault('duplicate', path, `is already the address of ${first}.`)
  }
}
