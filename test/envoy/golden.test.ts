/**
 * The recorded goldens: what the engine makes of a captured stream is, to the byte, what Envoy's own file logger wrote for the same
 * requests, or the line that the recording says follows in its stead. Needs no Envoy; `npm run record` makes them anew.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { JsonValue } from '../../envoy/formats.ts'
import { openCapture } from '../../src/captures/open.ts'
import { CaptureRenderer } from '../../src/cli/render-capture.ts'
import { compileFormat } from '../../src/engine/compile-format.ts'
import { createKernel } from '../../src/kernel.ts'

interface Golden {
  readonly name: string
  readonly format: { readonly text: string } | { readonly json: JsonValue }
  readonly omitEmptyValues: boolean
  readonly expect: string
  readonly differs?: readonly number[]
  readonly instead?: readonly string[]
}

const goldenDir = fileURLToPath(new URL('../golden', import.meta.url))
const caseDirs = readdirSync(goldenDir, { recursive: true, encoding: 'utf8' })
  .map((name) => join(goldenDir, name))
  .filter((path) => existsSync(join(path, 'formats.json')))
  .sort()
const kernel = createKernel()

test('there are goldens of HTTP/1, HTTP/2, TCP, and TCP through the HTTP logger', () => {
  expect(caseDirs.length).toBeGreaterThanOrEqual(4)
})

describe.each(caseDirs.map((dir) => [dir.slice(goldenDir.length + 1), dir]))('%s', (_, dir) => {
  const goldens = JSON.parse(readFileSync(join(dir, 'formats.json'), 'utf8')) as Golden[]

  test.each(goldens.map((golden) => [golden.name, golden] as const))('%s', async (_, golden) => {
    const expected = linesOf(readFileSync(join(dir, golden.expect), 'latin1'))
    for (const [i, entry] of (golden.differs ?? []).entries()) expected[entry] = golden.instead![i]!
    const rendered = linesOf(await render(join(dir, 'capture.als'), golden))
    const wrong = expected.findIndex((line, i) => line !== rendered[i])
    expect(rendered[wrong], `entry ${wrong}`).toBe(expected[wrong])
    expect(rendered.length).toBe(expected.length)
  })
})

/** The rendered capture as a byte string: each character stands for one byte. */
async function render(capture: string, { format, omitEmptyValues }: Golden): Promise<string> {
  const pieces: string[] = []
  const renderer = new CaptureRenderer({
    kernel,
    programs: compileFormat(format, { memory: kernel.memory, omitEmptyValues, timeZone: 'Asia/Kolkata' }),
    entries: 'all',
    receivedAtMs: 0,
    write: async (bytes) => void pieces.push(Buffer.from(bytes).toString('latin1')),
    complain: (entry, reason) => {
      throw new Error(`entry ${entry}: ${reason}`)
    },
  })
  for (const message of openCapture(capture)) await renderer.render(message)
  return pieces.join('')
}

function linesOf(text: string): string[] {
  return text.split('\n')
}
