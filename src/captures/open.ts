/**
 * Opens a capture of either kind: `.als` (recorded) or `.jsonl` (written by hand). Whoever reads messages need not know which.
 */
import { extname } from 'node:path'
import { ConfigError } from '../errors.ts'
import { loadSchema } from '../schema/load.ts'
import { type CaptureOptions, readAlsFile } from './als-file.ts'
import { readJsonl } from './jsonl.ts'

/**
 * The binary `StreamAccessLogsMessage`s of the capture at `path`, in order; each is the caller's own. The file is opened when the
 * iteration begins and closed when it ends, also early. Throws ConfigError for another extension; for errors while reading see
 * `als-file.ts` and `jsonl.ts`.
 */
export function openCapture(path: string, options: CaptureOptions = {}): Iterable<Uint8Array> {
  const extension = extname(path)
  switch (extension) {
    case '.als':
      return readAlsFile(path, options)
    case '.jsonl':
      return readJsonl(path, loadSchema())
    default: {
      const found = extension === '' ? 'no extension' : `the extension ${extension}`
      const message = `A capture ends in .als or .jsonl; this file has ${found}.`
      throw new ConfigError([{ code: 'capture_extension', path, message }])
    }
  }
}
