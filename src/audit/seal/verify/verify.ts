/**
 * The verifier: audit files, their seals and manifests, and what is known from elsewhere (checkpoints, a public key), and every
 * problem with its place. Reads from start to end in bounded memory, changes nothing, and shares no code with what writes seals.
 *
 * The specification is the comment of `../seal.ts`; what each problem means stands in `problems.ts`.
 */
import { createPublicKey, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { SealError } from '../../../errors.ts'
import { checkKnown, type FoundCheckpoint, readCheckpoints } from './checkpoints.ts'
import { Keyring } from './keyring.ts'
import { joinPairs } from './links.ts'
import { readManifest, type Told } from './manifest-reader.ts'
import { type Chain, findChains } from './pairs.ts'
import { type Problem, Problems } from './problems.ts'
import type { OnCheckpoint } from './seal-chain.ts'
import { type PairResult, verifyPair } from './verify-pair.ts'

export interface VerifyOptions {
  /** Files of checkpoint lines that were kept elsewhere: every one must be in its chain. */
  readonly checkpoints?: readonly string[]
  /** PEM files. Default: the key that the files themselves carry. */
  readonly publicKeys?: readonly string[]
  /** Of a live file: how long what is written may be without a seal, in milliseconds. Default 1 s. */
  readonly settleMs?: number
}

export interface Verification {
  readonly ok: boolean
  /** Records that are there as they were sealed. */
  readonly records: number
  /** Of those, sealed only after a crash: their source and time are not known. */
  readonly recovered: number
  /** By file and offset; the first so many. */
  readonly problems: readonly Problem[]
  readonly problemsTotal: number
  /** Key ids whose signatures counted, and whether the caller has named them. */
  readonly keys: readonly string[]
  readonly pinned: boolean
}

/** Rejects with SealError (a key or a checkpoint that cannot be used) or the system's error (nothing to read at all). */
export async function verify(files: readonly string[], options: VerifyOptions = {}): Promise<Verification> {
  const keyring = new Keyring(await Promise.all((options.publicKeys ?? []).map(readPublicKey)))
  const problems = new Problems()
  const known = await readCheckpoints(options.checkpoints ?? [])
  let records = 0
  let recovered = 0
  const results: { readonly chain: Chain; readonly pairs: readonly PairResult[] }[] = []
  const found = new Map<string, FoundCheckpoint>()
  for (const chain of await findChains(files)) {
    const pairs = await verifyChain(chain, {
      keyring,
      problems,
      settleMs: options.settleMs ?? 1_000,
      onCheckpoint: (checkpoint, place) => {
        if (known.has(checkpoint.hash)) found.set(checkpoint.hash, { checkpoint, ...place })
      },
    })
    results.push({ chain, pairs })
    for (const pair of pairs) {
      records += pair.records
      recovered += pair.recovered
    }
  }
  checkKnown(known, { found, results: results.map(({ pairs }) => pairs), keyring, problems })
  const { list, total } = problems
  const sorted = list.toSorted((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.offset - b.offset))
  const { trusted, pinned } = keyring
  return { ok: total === 0, records, recovered, problems: sorted, problemsTotal: total, keys: trusted, pinned }
}

interface ChainContext {
  readonly keyring: Keyring
  readonly problems: Problems
  readonly settleMs: number
  readonly onCheckpoint: OnCheckpoint
}

async function verifyChain(chain: Chain, context: ChainContext): Promise<PairResult[]> {
  const { problems, keyring } = context
  const results: PairResult[] = []
  // By name, so that without a key of the caller's the oldest file tells which key it was.
  for (const pair of chain.pairs.toSorted((a, b) => compareStamps(a.stamp, b.stamp))) {
    try {
      const result = await verifyPair(pair, context)
      if (result !== undefined) results.push(result)
    } catch (error) {
      const message = `it cannot be read to its end: ${error instanceof Error ? error.message : error}`
      problems.add({ kind: 'unreadable', file: pair.auditFile ?? pair.sealFile, offset: 0, sequence: null, message })
    }
  }
  const { manifestFile } = chain
  const told: Told | undefined =
    manifestFile === undefined ? undefined : await readManifest(manifestFile, keyring, problems)
  joinPairs(chain, { results, told, problems })
  return results
}

/** The live file is the newest. */
function compareStamps(a = '~', b = '~'): number {
  return a < b ? -1 : a > b ? 1 : 0
}

async function readPublicKey(path: string): Promise<KeyObject> {
  const refuse = (why: string, cause: unknown) =>
    new SealError({ code: 'not_a_key', path, message: `${path} ${why}` }, { cause })
  const pem = await readFile(path).catch((cause) => {
    throw refuse('cannot be read.', cause)
  })
  try {
    // A private key would do as well, but has no business here.
    if (pem.includes('PRIVATE KEY')) throw new Error('a private key')
    const key = createPublicKey(pem)
    if (key.asymmetricKeyType === 'ed25519') return key
  } catch (cause) {
    throw refuse('does not hold a public key in PEM. The sink writes one beside its own: seal-key.pem.pub', cause)
  }
  throw refuse('does not hold a key for Ed25519, and seals are signed with nothing else.', undefined)
}
