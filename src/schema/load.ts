/**
 * Reads the `.proto` files of the package once per process. Both `src/schema/` and `dist/schema/` lie two folders below the
 * package, beside `proto/`.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import protobuf from 'protobufjs'
import { SchemaError } from '../errors.ts'
import type { Schema } from './field-path.ts'
import { reflect } from './reflect.ts'

const protoFolder = fileURLToPath(new URL('../../proto', import.meta.url))

let loaded: Schema | undefined

/** Everything that `proto/` defines. Read on the first call, in some tens of milliseconds; throws SchemaError when that fails. */
export function loadSchema(): Schema {
  loaded ??= reflect(readProtoFolder(protoFolder))
  return loaded
}

/**
 * All `.proto` files under `folder` in one namespace. Imports are not followed, for every file is read anyway; so the well-known
 * types are ours too, and not the ones bundled with protobufjs, whose field names are camelCase.
 */
export function readProtoFolder(folder: string): protobuf.Root {
  const root = new protobuf.Root()
  try {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.proto'))
    for (const file of files.sort()) parseProto(join(folder, file), root)
    root.resolveAll()
  } catch (cause) {
    if (cause instanceof SchemaError) throw cause
    throw new SchemaError(`${folder} cannot be read as .proto files: ${(cause as Error).message}`, { cause })
  }
  return root
}

function parseProto(path: string, root: protobuf.Root): void {
  const text = readFileSync(path, 'utf8')
  try {
    protobuf.parse(text, root, { keepCase: true })
  } catch (cause) {
    throw new SchemaError(`${path}: ${(cause as Error).message}`, { cause })
  }
}
