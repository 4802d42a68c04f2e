/** What the program can be asked for; see `audit/json/program.ts`. */
import { keyedHash } from './keyed-hash.ts'
import { nameHash } from './name-hash.ts'
import { layOut, readObject } from './object.ts'
import { layOutRuns, readRun } from './run.ts'

export { keyedHash, layOut, layOutRuns, nameHash, readObject, readRun }
