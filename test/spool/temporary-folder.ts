/** Folders for one test each. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'als-sink-spool-'))
  afterTest.push(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const afterTest: (() => void)[] = []
afterEach(() => {
  for (const clean of afterTest.splice(0)) clean()
})
