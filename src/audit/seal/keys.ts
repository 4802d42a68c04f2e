/**
 * The signing key: an Ed25519 key in PKCS #8 PEM, for nobody but the user of this process. It is read once, and never printed; what others
 * need is its public half, which lies beside it (`<key>.pub`) and has a short name, the key id.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { chmodSync, lstatSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { writeDurablyNow } from '../../disk/durable.ts'
import { SealError } from '../../errors.ts'

export interface Signer {
  /** The first half of SHA-256 of the raw public key, in hex. */
  readonly keyId: string
  /** The raw 32 bytes in base64, as they stand in seals. */
  readonly publicKey: string
  /** For `audit verify --public-key`. */
  readonly publicKeyPem: string
  /** In base64. */
  sign(text: string): string
}

export interface OpenedKey {
  readonly signer: Signer
  readonly path: string
  /** It was made just now. */
  readonly created: boolean
}

/** The key in the state directory, for when none is configured. */
export const generatedKeyName = 'seal-key.pem'

/** Reads the key at `path`. Throws SealError: `key_unreadable`, `key_exposed`, `not_a_key`. */
export function readSigningKey(path: string): Signer {
  refuseExposed(path)
  let key: KeyObject
  try {
    key = createPrivateKey(readFileSync(path))
  } catch {
    // The cause may quote what it could not read.
    throw new SealError({ code: 'not_a_key', path, message: `${path} does not hold a private key in PEM.` })
  }
  if (key.asymmetricKeyType !== 'ed25519') {
    const message = `${path} holds a key for ${key.asymmetricKeyType}, and seals are signed with Ed25519. Make one: openssl genpkey -algorithm ed25519`
    throw new SealError({ code: 'not_a_key', path, message })
  }
  return signerOf(key)
}

/** Reads the key of a state directory, made on the first call; see `openOrMakeKey`. */
export function openGeneratedKey(stateDir: string): OpenedKey {
  return openOrMakeKey(join(stateDir, generatedKeyName))
}

/**
 * Reads the key at `name` (absolute or relative to the working directory), made durably when there is none: its folder with mode 0700, the
 * key with 0600, and its public half beside it. Throws SealError.
 */
export function openOrMakeKey(name: string): OpenedKey {
  const path = resolve(name)
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const created = lstatSync(path, { throwIfNoEntry: false }) === undefined && generate(path)
  const signer = readSigningKey(path)
  if (created) publish(`${path}.pub`, signer.publicKeyPem)
  return { signer, path, created }
}

export function signerOf(key: KeyObject): Signer {
  const publicKey = createPublicKey(key)
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url')
  return {
    keyId: createHash('sha256').update(raw).digest('hex').slice(0, 32),
    publicKey: raw.toString('base64'),
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sign: (text) => sign(null, Buffer.from(text), key).toString('base64'),
  }
}

/** The key, and the folder in which it could be replaced. */
function refuseExposed(path: string): void {
  const exposed = (what: string, mend: string) =>
    new SealError({ code: 'key_exposed', path, message: `${path} is not used for sealing: ${what}\n${mend}` })
  const stats = lstatOf(path)
  if (stats === undefined) {
    throw new SealError({ code: 'key_unreadable', path, message: `There is no key at ${path}.` })
  }
  if (!stats.isFile()) throw exposed('it is not a regular file.', 'Name the file itself.')
  const user = process.getuid?.()
  if (user === undefined) return
  if (stats.uid !== user && stats.uid !== 0) throw exposed('it belongs to another user.', `chown ${user} ${path}`)
  if ((stats.mode & 0o077) !== 0) {
    throw exposed(`others may use it (mode ${octal(stats.mode)}).`, `chmod 600 ${path}`)
  }
  const folder = dirname(resolve(path))
  const above = lstatOf(folder)
  // A sticky folder lets nobody replace what is not theirs.
  if (above !== undefined && (above.mode & 0o022) !== 0 && (above.mode & 0o1000) === 0) {
    throw exposed(`others may replace it (mode ${octal(above.mode)} of ${folder}).`, `chmod 700 ${folder}`)
  }
}

function lstatOf(path: string) {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException
    throw new SealError({ code: 'key_unreadable', path, message: `${path} cannot be read: ${code}.` }, { cause })
  }
}

function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0')
}

/** Answers no when somebody else was quicker. */
function generate(path: string): boolean {
  const { privateKey } = generateKeyPairSync('ed25519')
  try {
    writeDurablyNow(path, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), { mode: 0o600, flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function publish(path: string, publicKeyPem: string): void {
  const mode = 0o644
  writeDurablyNow(path, publicKeyPem, { mode, flag: 'w' })
  // The umask may have taken the right to read it.
  chmodSync(path, mode)
}
