/**
 * Keys for the hashes by which records and their names are told apart; others in each process, so that nobody outside can look for two that are
 * taken for one, nor for many that all want the same place of a table.
 */
import { randomBytes } from 'node:crypto'

export const hashKeyBytes = 16

/** Of all bytes of a record. */
export const recordHashKey: Uint8Array = randomBytes(hashKeyBytes)
/** Of what it calls itself. */
export const nameHashKey: Uint8Array = randomBytes(hashKeyBytes)
