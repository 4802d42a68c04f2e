/** Recorded cases: a capture, formats, and the lines that Envoy's own file logger wrote for the same requests. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { openCapture } from '../../src/captures/open.ts'
import { decode } from './message.ts'
import { compileReference, type Format } from './reference.ts'
import type { Kind } from './value.ts'

interface Golden {
  readonly name: string
  readonly format: Format
  readonly omitEmptyValues?: boolean
  readonly expect: string
  readonly capture?: string
  /** "partly": the lines in `differs` do not follow from the entries; false: none does. */
  readonly carried: boolean | 'partly'
  readonly differs?: readonly number[]
  /** What follows from those entries instead, where the recording tells. */
  readonly instead?: readonly string[]
}

export interface CheckedGolden {
  /** Case and format. */
  readonly name: string
  /** Lines that differ though they must not; empty: passed. */
  readonly faults: readonly string[]
  /** Lines that may differ, and do: ours and Envoy's. */
  readonly others: readonly { readonly line: number; readonly ours: string; readonly envoys: string }[]
}

/** Every case in `folder`, at whatever depth. Those that are not carried at all are left out. */
export function* checkGoldens(folder: string): Iterable<CheckedGolden> {
  const cases = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => existsSync(join(path, 'formats.json')) && existsSync(join(path, 'capture.als')))
  for (const path of cases.sort()) {
    for (const golden of JSON.parse(readFileSync(join(path, 'formats.json'), 'utf8')) as Golden[]) {
      if (golden.carried === false || (golden.carried === 'partly' && golden.differs === undefined)) continue
      yield { name: `${relative(folder, path)}/${golden.name}`, ...check(path, golden) }
    }
  }
}

function check(path: string, golden: Golden): Omit<CheckedGolden, 'name'> {
  const rendered = renderCapture(join(path, golden.capture ?? 'capture.als'), golden)
  const expected = readFileSync(join(path, golden.expect), 'latin1')
  if (rendered === expected) return { faults: [], others: [] }
  const ours = rendered.split('\n')
  const envoys = expected.split('\n')
  if (ours.length !== envoys.length) return { faults: [`${ours.length} lines for ${envoys.length}`], others: [] }
  const may = new Map(golden.differs?.map((line, i) => [line, golden.instead?.[i]]))
  const faults: string[] = []
  const others: CheckedGolden['others'][number][] = []
  for (const [line, ourLine] of ours.entries()) {
    const wanted = may.get(line) ?? envoys[line]!
    if (ourLine === wanted) continue
    if (may.has(line) && may.get(line) === undefined) others.push({ line, ours: ourLine, envoys: wanted })
    else faults.push(`line ${line}: ours ${ourLine}, envoy's ${wanted}`)
  }
  return { faults, others }
}

function renderCapture(capture: string, golden: Golden): string {
  const { format, omitEmptyValues = false } = golden
  const render = compileReference(format, { omitEmptyValues, timeZone: 'Asia/Kolkata' })
  return entriesOf(capture)
    .map(({ kind, entry }) => Buffer.from(render(kind, entry)).toString('latin1'))
    .join('')
}

/** The entries of a capture with their kinds, in order. */
export function entriesOf(capture: string): { readonly kind: Kind; readonly entry: Uint8Array }[] {
  return [...openCapture(capture)].flatMap((bytes) => {
    const message = decode('envoy.service.accesslog.v3.StreamAccessLogsMessage', bytes)
    return (['http', 'tcp'] as const).flatMap((kind) =>
      (message.message(`${kind}_logs`)?.raw('log_entry') ?? []).map((entry) => ({ kind, entry })),
    )
  })
}
