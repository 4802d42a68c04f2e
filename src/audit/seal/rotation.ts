/**
 * The steps of a rotation behind the end of a seal, and how one that a crash has broken off is finished: the end line says what the file is
 * called from then on, so everything that is still to do can be told from what is there.
 */
import { basename, dirname, join } from 'node:path'
import { auditNearlyFullShare } from '../../limits.ts'
import { backupName, gzipNameOf } from '../../writers/file/backup-name.ts'
import { openIfThere, rewrite, type SealFile, type SealFiles, writeAll } from './files.ts'
import { inspect } from './inspect.ts'
import type { Signer } from './keys.ts'
import type { Manifest } from './manifest.ts'
import type { DurableSizes } from './recover.ts'
import { suffixes } from './seal.ts'
import { type SealState, sealCheckpoint } from './sealer.ts'

export interface RotationContext {
  readonly files: SealFiles
  /** Of the audit file: absolute, and no link. */
  readonly path: string
  readonly signer: Signer
  readonly manifest: Manifest
  /** Milliseconds since 1970: names and times in seals. */
  readonly nowMs: () => number
  /** A checkpoint is durable: its line, to be kept in another place. Must not throw. */
  readonly onCheckpoint: (line: string) => void
  /** The file is now called `backup`. Must not throw. */
  readonly onRotated: (backup: string, bytes: number) => void
}

/** Whether a file of so many bytes is all but full, and has no room for another batch of `wanted` bytes. `rotation`: none, and it never is. */
export function isNearlyFull(
  rotation: { readonly maxBytes: number } | undefined,
  bytes: number,
  wanted: number,
): boolean {
  if (rotation === undefined) return false
  const room = rotation.maxBytes - bytes
  return room < rotation.maxBytes * auditNearlyFullShare && room < wanted
}

/** The live seal has an end line: what was to come behind that is done now. */
export async function finishRotation(options: RotationContext, durable?: DurableSizes): Promise<void> {
  const { files, path, manifest, nowMs, signer } = options
  const folder = dirname(path)
  const seal = await openIfThere(files, `${path}${suffixes.seal}`)
  const name = seal === undefined ? undefined : await endedName(seal)
  if (seal === undefined || name === undefined) return seal?.close()
  const audit = (await openIfThere(files, join(folder, name))) ?? (await openIfThere(files, path))
  try {
    if (durable !== undefined) await rewrite(seal, durable.seal)
    const found = await inspect(audit ?? nothing, seal)
    if (found.state?.end === undefined) return
    let state: SealState = found.state
    const { sha256 } = found.state.end
    if (!state.quiet) {
      const sealed = sealCheckpoint(state, { at: nowMs(), signer })
      await seal.truncate(found.sealBytes)
      await writeAll(seal, Buffer.from(sealed.text), found.sealBytes)
      state = sealed.state
      await seal.sync()
      options.onCheckpoint(sealed.text)
    }
    await seal.sync()
    const bytes = (await audit?.bytes()) ?? 0
    await manifest.close({ name, first: state.firstSequence + 1, bytes, sha256, link: state })
    await moveAside(files, path, name)
    options.onRotated(join(folder, name), bytes)
  } finally {
    await audit?.close()
    await seal.close()
  }
}

/** The renames are synced one by one, so that no loss of power keeps the second without the first. */
export async function moveAside(files: SealFiles, path: string, name: string): Promise<void> {
  const folder = dirname(path)
  const names = new Set(await files.names(folder))
  if (names.has(basename(path)) && !names.has(name)) {
    await files.rename(path, join(folder, name))
    await files.syncFolder(folder)
  }
  await files.rename(`${path}${suffixes.seal}`, join(folder, `${name}${suffixes.seal}`))
  await files.syncFolder(folder)
}

/** The first name from `nowMs` on that no form of a backup has. */
export async function freeName(files: SealFiles, path: string, nowMs: number): Promise<string> {
  const taken = new Set(await files.names(dirname(path)))
  for (let atMs = nowMs; ; atMs++) {
    const name = backupName(path, atMs)
    if (![name, gzipNameOf(name), `${name}${suffixes.seal}`].some((each) => taken.has(each))) return name
  }
}

/** More than an end line and a checkpoint can have. */
const tailBytes = 8 * 1024
const endForm = /(?:^|\n)\{"kind":"end",[^\n]*"name":("(?:[^"\\]|\\.)*")[^\n]*\}\n/

/** What the audit file of an ended seal is called from then on. */
async function endedName(seal: SealFile): Promise<string | undefined> {
  const size = await seal.bytes()
  const tail = Buffer.alloc(Math.min(size, tailBytes))
  await seal.read(tail, size - tail.length)
  const [, name] = endForm.exec(tail.toString()) ?? []
  return name === undefined ? undefined : (JSON.parse(name) as string)
}

/** An audit file that is not there. */
const nothing: SealFile = {
  write: () => Promise.reject(new Error('there is no file')),
  read: async () => 0,
  truncate: async () => {},
  sync: async () => {},
  bytes: async () => 0,
  close: async () => {},
}
