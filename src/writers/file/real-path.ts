/**
 * The one name of a file, whatever it is called by: two backends that mean the same file must share one writer, or their batches
 * would mix, and rotation would move the file away from under one of them.
 */
import { readlinkSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { systemCode } from '../../errors.ts'

/** Our own streams keep their names: what is behind them may be a pipe that has none. */
const standardPaths = ['/dev/stdout', '/dev/stderr']

/** As many links in a row as Linux follows. */
const linksMax = 40

/**
 * Absolute, links of the folders and of the file resolved. The file, and folders on the way to it, need not be there yet. What cannot be
 * resolved (a loop of links, a folder that may not be read) keeps its name: opening it will say what is wrong.
 */
export function realPathOf(path: string): string {
  return follow(resolve(path), linksMax)
}

function follow(path: string, linksLeft: number): string {
  if (standardPaths.includes(path) || path === dirname(path) || linksLeft === 0) return path
  try {
    return realpathSync(path)
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') return path
  }
  const folder = follow(dirname(path), linksLeft - 1)
  const link = linkAt(path)
  return link === undefined ? join(folder, basename(path)) : follow(resolve(folder, link), linksLeft - 1)
}

/** Where a link leads that leads nowhere yet: the file would be created there. */
function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    // Not a link, or not there: it is its own name.
    return undefined
  }
}
