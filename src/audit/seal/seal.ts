/**
 * Seals: evidence that an audit file holds every record that was written to it, unchanged and in order. This comment is the
 * specification; writer and verifier share nothing but the names below.
 *
 * Files, all in the folder of the audit file
 *
 *      audit.log                                 records, one a line, and nothing else
 *      audit.log.seal                            one line of JSON for each record, and lines of the chain
 *      audit-2026-03-05T07-08-09.100.log[.gz]    an audit file that was rotated away, and …
 *      audit-2026-03-05T07-08-09.100.log.seal    … its seal; goes when the file goes
 *      audit.log.manifest                        which files there were, and which were removed and why; only grows
 *      audit.log.torn, audit.log.seal.torn       what a recovery has cut off
 *
 * Lines of a seal. Keys stand in this order; `hash` is last in each. Hashes are SHA-256 in lower-case hex.
 *
 *      begin       version, chain, sequence, sources, previous, checkpoint, at, key, publicKey
 *      record      sequence, source, sourceSequence, receivedAt, offset, length, [reducedFrom], [redacted], [recovered], record
 *      checkpoint  chain, sequence, last, at, previous, key, signature
 *      end         sequence, name, bytes, sha256, at
 *
 * - A chain begins with the first file and crosses every rotation; `chain` is its name, drawn at random. `sequence` numbers its
 *   records from 1; in lines other than records it is that of the last record (so of a checkpoint: how many there are). `sourceSequence`
 *   numbers those of one source, and `sources` of a begin line says how far each has come.
 * - `facts` of a line are its bytes up to `,"hash":`. Its hash is SHA-256 of the text
 *   `als-sink seal 1\n` + hash of the line before + `\n` + facts. For a begin line the one before is the last of the file before
 *   (`previous`), or zeros. So a line cannot be changed, moved, added or taken away without changing all hashes behind it.
 * - `record` is SHA-256 of the record's line, its newline included (`sha256sum` of that line says the same); `offset` and `length` tell
 *   where it lies, in bytes of the uncompressed file. Records lie side by side from 0.
 * - Whoever can write the file could compute all hashes anew, so checkpoints are signed: Ed25519, base64, over the text
 *   `als-sink checkpoint 1\n` + the line up to `,"signature":`. `last` is the hash of the line before, `previous` the hash of the checkpoint
 *   before (a begin line carries it over), zeros for none. `key` is the first half of SHA-256 of the raw public key. A checkpoint that
 *   is kept elsewhere is what tells that a tail was cut off.
 * - `recovered`: the record was found in the file without a seal (a crash; or a file from before sealing), and what was known of it
 *   besides is lost: its source and time are null.
 * - The key may change between two files: each begin line carries its own. Who verifies has to name both.
 * - A file is ended by an end line (its name from now on, its size, SHA-256 of the whole) and a checkpoint behind it.
 *
 * Lines of a manifest are chained in the same way (`als-sink manifest 1\n`), and each is signed (`als-sink manifest line 1\n`).
 *
 *      closed      chain, name, first, last, lastHash, checkpoint, sources, bytes, sha256, at, previous, key, publicKey, signature
 *      removed     name, first, last, reason, at, previous, key, publicKey, signature
 *
 * Order of writes. The next begins when the one before is done; `sync` is fdatasync, names are synced with their folder.
 * - Records: append to the audit file, sync; append their lines to the seal, sync; now they may be acknowledged. If any of that fails,
 *   first the seal is cut back, then the audit file, and nothing is acknowledged. After a sync that failed, what is behind the last good one
 *   is written anew (the kernel may call it clean), and the next record goes into a new file.
 * - Rotation: end line and checkpoint, sync; `closed` into the manifest, sync; rename the audit file; rename the seal; make the new
 *   audit file; make the new seal with its begin line.
 * - Retention: `removed` into the manifest, sync; remove the audit file; remove its seal.
 *
 * So after a crash at any point: the audit file may hold records without lines, the last of them torn; the seal may hold a torn line. Torn
 * ends are cut off (and kept), whole records get lines. A rotation that has begun is finished. Anything else is no crash: the pair is
 * ended as it was found, that is told, and the chain goes on in a new file; `audit verify` will say what is wrong, and where.
 *
 * What this cannot show: that records behind the newest checkpoint known elsewhere were cut off, or changed by someone who can write
 * the files; and anything at all to someone who has the key.
 */

export const sealVersion = 1

/** What hashes and signatures begin with, so that none can stand for another. */
export const tags = {
  seal: 'als-sink seal 1\n',
  checkpoint: 'als-sink checkpoint 1\n',
  manifest: 'als-sink manifest 1\n',
  manifestLine: 'als-sink manifest line 1\n',
} as const

/** Stands for a hash where there is none before. */
export const noHash = '0'.repeat(64)

export const suffixes = { seal: '.seal', manifest: '.manifest', torn: '.torn' } as const

/** What is known of a record besides its bytes: its envelope. */
export interface RecordFacts {
  /** Null when it was lost with a crash. */
  readonly source: string | null
  /** RFC 3339, UTC. */
  readonly receivedAt: string | null
  /** The level at which the event came, if a policy has reduced it. */
  readonly reducedFrom?: string
  /** Names of the redaction rules that have changed it. */
  readonly redacted?: readonly string[]
}

/** Where a chain stands at the end of a file. */
export interface ChainLink {
  readonly chain: string
  /** Records in the chain so far. */
  readonly sequence: number
  readonly sources: ReadonlyMap<string, number>
  /** Of the last line, and of the last checkpoint. */
  readonly hash: string
  readonly checkpoint: string
}
