/**
 * How far the entries of a folder are released: a file named `position`, written over in place.
 *
 *      0                       8            12
 *      | number of the first   | CRC-32C of |
 *      | entry not released    | those 8    |
 *
 * One small write is whole or absent after kill -9, and within one sector also after a loss of power. A position that is not sound
 * costs nothing but that entries come twice: the oldest segment is then read from its start.
 */
import { join } from 'node:path'
import type { DiskFile } from '../disk/files.ts'
import { systemCode } from '../errors.ts'
import { crc32c } from './crc32c.ts'
import type { SpoolFiles } from './files.ts'

const fileName = 'position'
const positionBytes = 12

export class Position {
  readonly #file: DiskFile
  #number: number | undefined

  private constructor(file: DiskFile, number: number | undefined) {
    this.#file = file
    this.#number = number
  }

  static async open(files: SpoolFiles, folder: string): Promise<Position> {
    const path = join(folder, fileName)
    try {
      const file = await files.open(path)
      const bytes = Buffer.alloc(positionBytes)
      await file.read(bytes, 0)
      const number =
        crc32c(bytes.subarray(0, 8)) === bytes.readUInt32LE(8) ? Number(bytes.readBigUInt64LE(0)) : undefined
      return new Position(file, number)
    } catch (cause) {
      if (systemCode(cause) !== 'ENOENT') throw cause
      return new Position(await files.create(path), undefined)
    }
  }

  /** As it was found or written last; undefined when it was not found. */
  get number(): number | undefined {
    return this.#number
  }

  async write(number: number): Promise<void> {
    if (number === this.#number) return
    const bytes = Buffer.alloc(positionBytes)
    bytes.writeBigUInt64LE(BigInt(number), 0)
    bytes.writeUInt32LE(crc32c(bytes.subarray(0, 8)), 8)
    const count = await this.#file.write([bytes], 0)
    if (count < positionBytes) throw new Error(`only ${count} bytes of the position were written`)
    this.#number = number
  }

  sync(): Promise<void> {
    return this.#file.sync()
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}
