/** docs/parity.md, from the record: a table for each family, and the reasons with what a capture showed. */
import { whyFew } from './coverage.ts'
import { families, type Use } from './operators.ts'
import { type ReasonName, reasons } from './reasons.ts'
import { isExact, type ParityRecord, type Row, reasonsOf, type VersionRecord } from './record.ts'

export function report(record: ParityRecord): string {
  const versions = Object.keys(record)
  const [newest] = versions
  const numbers = numberReasons(record)
  const tables = Object.entries(families).flatMap(([family, uses]) => [
    `## ${family}`,
    '',
    `| operator | values | without | ${versions.join(' | ')} |`,
    `| --- | --- | --- | ${versions.map(() => '---').join(' | ')} |`,
    ...uses.map((use) => {
      const row = record[newest!]!.rows[use]
      const cells = versions.map((version) => cell(record[version]!.rows[use], numbers))
      return `| ${code(`%${use}%`)} | ${values(use, row)} | ${typeof row === 'object' ? row.absent : ''} | ${cells.join(' | ')} |`
    }),
    '',
  ])
  return `${[...heading(record), ...tables, ...explanations(record, numbers)].join('\n').trimEnd()}\n`
}

/** How many of the uses that a version accepts are exact, in text and in JSON. */
export function exactCount({ rows }: VersionRecord): { readonly exact: number; readonly accepted: number } {
  const all = Object.values(rows)
  return { exact: all.filter(isExact).length, accepted: all.filter((row) => typeof row === 'object').length }
}

function heading(record: ParityRecord): string[] {
  const lines = Object.entries(record).map(([version, one]) => {
    const { exact, accepted } = exactCount(one)
    return `| ${version} | ${one.entries} | ${Object.keys(one.rows).length} | ${accepted} | ${exact} |`
  })
  return [
    '# Parity certificate',
    '',
    "Every operator of Envoy, written by Envoy's own file logger and by the sink, for the same requests. Each operator stands alone: it has",
    'a gRPC logger of its own, with just the settings that `als-sink envoy --exact` prints for it. This page is made by',
    '`npx tsx envoy/certify.ts --write`; CI repeats it with the newest Envoy and fails when a row got worse.',
    '',
    '| Envoy | entries | operators asked | accepted by it | exact in text and JSON |',
    '| --- | --- | --- | --- | --- |',
    ...lines,
    '',
    '- **exact**: equal to the byte in every entry, in text and as a typed JSON value. Values that go by the clock (the time of logging, the',
    '  time so far of an unfinished request) are asked for anew by each logger; they have to lie between what the file logger wrote before',
    '  and after.',
    '- **by shape**: a random value, new for each logger.',
    '- **differs**, **impossible**: the reasons are below, by number. Impossible means that this Envoy has no means to ship it.',
    '- **not in this Envoy**: its own file logger refuses the operator or its argument.',
    '- *values*: different ones in the corpus, and (in brackets) entries that have one; *without*: entries in which Envoy prints nothing.',
    '',
  ]
}

function cell(row: Row | string | undefined, numbers: ReadonlyMap<ReasonName, number>): string {
  if (row === undefined) return ''
  if (typeof row === 'string') return 'not in this Envoy'
  const [text, json] = [reasonsOf(row.text), reasonsOf(row.json)]
  if (text.length === 0 && json.length === 0) return row.text === 'shape' ? 'by shape' : 'exact'
  const all = [...new Set([...text, ...json])]
  const word = row.lost && all.every((reason) => reason === 'no-format-tags') ? 'impossible' : 'differs'
  const where = text.length === 0 ? ' in JSON' : json.length === 0 ? ' in text' : ''
  return `${word}${where} (${all.map((reason) => `[${numbers.get(reason)}](#${reason})`).join(', ')})`
}

function values(use: Use, row: Row | string | undefined): string {
  if (typeof row !== 'object') return ''
  const few = whyFew(use)
  return `${row.distinct} (${row.present})${few ? `, ${few}` : ''}`
}

function explanations(record: ParityRecord, numbers: ReadonlyMap<ReasonName, number>): string[] {
  const lines = [...numbers].flatMap(([reason, number]) => {
    const examples = Object.entries(record).flatMap(([version, { examples }]) => {
      const example = examples[reason]
      if (!example) return []
      const { use, form, envoy, sink } = example
      return [`   - ${version}, ${form}, ${code(`%${use}%`)}: Envoy ${shown(envoy)}, the sink ${shown(sink)}`]
    })
    return [`${number}. <a id="${reason}"></a>${reasons[reason].says}`, ...examples]
  })
  return ['## Reasons', '', 'Each with what the captures showed, shortest first found.', '', ...lines]
}

/** In the order in which the tables name them. */
function numberReasons(record: ParityRecord): Map<ReasonName, number> {
  const numbers = new Map<ReasonName, number>()
  for (const use of Object.values(families).flat()) {
    for (const { rows } of Object.values(record)) {
      const row = rows[use]
      if (typeof row !== 'object') continue
      for (const reason of [...reasonsOf(row.text), ...reasonsOf(row.json)]) {
        if (!numbers.has(reason)) numbers.set(reason, numbers.size + 1)
      }
    }
  }
  return numbers
}

function shown(value: string): string {
  return value === '' ? 'nothing' : code(value.length > 60 ? `${value.slice(0, 60)}…` : value)
}

/** Code in a table cell: a bar would end the cell, a backtick the code. */
function code(text: string): string {
  const fence = text.includes('`') ? '``' : '`'
  return `${fence}${text.replaceAll('|', '\\|').replaceAll('\n', '␊')}${fence}`
}
