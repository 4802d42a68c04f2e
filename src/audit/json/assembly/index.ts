/** What the program can be asked for; see `audit/json/program.ts`. */
import { keyedHash } from './keyed-hash.ts'
import { layOut, readObject } from './object.ts'

export { keyedHash, layOut, readObject }
