/** Where a backend sends, as one word: for tests that only ask which backends an entry goes to. */
import type { PolicyBackend } from '../../../src/policy/resources.ts'

/** `File /log/one`. */
export function describeBackend(backend: PolicyBackend): string {
  return `${backend.type} ${destinationOf(backend)}`
}

export function destinationOf(backend: PolicyBackend): string {
  switch (backend.type) {
    case 'File':
      return backend.file.path
    case 'Tcp':
      return backend.tcp.address
    case 'OpenTelemetry':
      return backend.openTelemetry.endpoint ?? ''
  }
}
