/**
 * The kernel: the memory that entries lie in while they are looked at, and what is needed to cut messages into entries. One for a process, for
 * programs are compiled for its memory.
 */
import type { MessageTags } from './als/message.ts'
import type { Identifier } from './identifier.ts'
import { messageBytesMaxDefault, renderedEntryBytesMax } from './limits.ts'
import { resolveFieldPath } from './schema/field-path.ts'
import { decodeIdentifier } from './schema/identifier.ts'
import { loadSchema } from './schema/load.ts'
import { createMemory, type Memory } from './wire/memory.ts'

/** What everyone who reads entries works with. One for a process: programs are compiled for its memory. */
export interface Kernel {
  readonly memory: Memory
  readonly tags: MessageTags
  readonly decodeIdentifier: (bytes: Uint8Array) => Identifier
}

/** `messageBytesMax`: the largest message that will be laid in, in bytes; default 16 MiB. */
export function createKernel({ messageBytesMax = messageBytesMaxDefault }: { messageBytesMax?: number } = {}): Kernel {
  const message = loadSchema().message('envoy.service.accesslog.v3.StreamAccessLogsMessage')
  const tag = (path: string) => resolveFieldPath(message, path).at(-1)!.tag
  return {
    memory: createMemory({ inputBytesMax: messageBytesMax, outputBytesMax: renderedEntryBytesMax }),
    tags: {
      identifier: tag('identifier'),
      httpLogs: tag('http_logs'),
      tcpLogs: tag('tcp_logs'),
      httpLogEntry: tag('http_logs.log_entry'),
      tcpLogEntry: tag('tcp_logs.log_entry'),
    },
    decodeIdentifier,
  }
}
