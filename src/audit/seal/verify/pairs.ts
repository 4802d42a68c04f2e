/**
 * Which files belong together, told by their names: an audit file and its seal, a live file and its backups, and the manifest of them
 * all. Names only; what is in them is looked at elsewhere.
 */
import { readdir } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { suffixes } from '../seal.ts'

/** An audit file, as far as its name tells. */
export interface Pair {
  /** Undefined: only its seal is there. */
  readonly auditFile: string | undefined
  readonly sealFile: string
  /** Without `.gz`; what it is called in its end line. */
  readonly name: string
  /** The time in its name; undefined for the live file. */
  readonly stamp: string | undefined
}

/** The files of one chain. */
export interface Chain {
  readonly live: string
  readonly manifestFile: string | undefined
  readonly pairs: readonly Pair[]
  /** The live file was asked for: nothing may be missing without a reason. */
  readonly isWhole: boolean
}

const backupForm = /^(.*)-(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3})(\.[^.]*)?$/

/**
 * A live file stands for all its backups as well; a backup for itself alone. Seals, manifests and locks that a shell's `*` has found are
 * passed over. Rejects with the system's error when a folder cannot be read.
 */
export async function findChains(files: readonly string[]): Promise<Chain[]> {
  const asked = new Map<string, { isWhole: boolean; names: Set<string> }>()
  for (const file of files.filter(isAuditFile)) {
    const { live, name } = splitName(file)
    const chain = asked.get(live) ?? { isWhole: false, names: new Set() }
    if (name === basename(live)) chain.isWhole = true
    else chain.names.add(name)
    asked.set(live, chain)
  }
  return Promise.all([...asked].map(([live, { isWhole, names }]) => chainOf(live, isWhole, names)))
}

async function chainOf(live: string, isWhole: boolean, asked: ReadonlySet<string>): Promise<Chain> {
  const folder = dirname(live)
  const there = new Set(await readdir(folder))
  const names = new Set(asked)
  if (isWhole) {
    names.add(basename(live))
    for (const name of there) {
      const plain = name.endsWith(suffixes.seal) ? name.slice(0, -suffixes.seal.length) : name.replace(/\.gz$/, '')
      if (splitName(join(folder, plain)).live === live && isAuditFile(plain)) names.add(plain)
    }
  }
  const pairs = [...names].map((name): Pair => {
    const found = [name, `${name}.gz`].find((each) => there.has(each))
    const stamp = backupForm.exec(name)?.[2]
    return {
      auditFile: found === undefined ? undefined : join(folder, found),
      sealFile: join(folder, `${name}${suffixes.seal}`),
      name,
      stamp: name === basename(live) ? undefined : stamp,
    }
  })
  const manifest = `${basename(live)}${suffixes.manifest}`
  return { live, manifestFile: there.has(manifest) ? join(folder, manifest) : undefined, pairs, isWhole }
}

function isAuditFile(file: string): boolean {
  return !/\.(?:seal|manifest|torn|lock|gz\.tmp|pem|pub)$/.test(file)
}

/** The name of a file without `.gz`, and the live file that it is or was. Paths stay as the user gave them, but for links to themselves. */
function splitName(file: string): { live: string; name: string } {
  const name = basename(file).replace(/\.gz$/, '')
  const [, stem, , extension = ''] = backupForm.exec(name) ?? []
  const folder = file.startsWith('/') ? resolve(dirname(file)) : dirname(join(file))
  return { live: join(folder, stem === undefined ? name : `${stem}${extension}`), name }
}
