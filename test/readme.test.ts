/**
 * What the README says is so: its operator table is the catalogue's, its reference names every key with its default, and its
 * examples are accepted. The table is written anew by `npx vitest run test/readme.test.ts -u`.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { compile } from '../src/compile.ts'
import { sinkJsonSchema } from '../src/config/json-schema.ts'
import { loadDocuments } from '../src/config/load.ts'
import { carriage, usage } from '../src/engine/explain.ts'
import { operators } from '../src/format/operators.ts'
import { createKernel } from '../src/kernel.ts'

const path = fileURLToPath(new URL('../README.md', import.meta.url))
const readme = readFileSync(path, 'utf8')

/** Cells of a Markdown table. */
const row = (...cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
const code = (text: string) => `\`${text}\``

function operatorTable(): string {
  const rows = [...operators.values()].map((operator) => {
    const { use, gives } = operator.example
    return row(code(usage(operator)), operator.meaning, `${code(use)} → ${code(gives)}`, carriage(operator))
  })
  return [row('operator', 'prints', 'for example', 'over ALS'), '|---|---|---|---|', ...rows].join('\n')
}

test('the operator table is the catalogue', async () => {
  const marked = /(<!-- operators -->\n)[\s\S]*?(?=<!-- \/operators -->)/
  expect(readme).toMatch(marked)
  await expect(readme.replace(marked, (_, begin: string) => `${begin}${operatorTable()}\n`)).toMatchFileSnapshot(path)
})

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly items?: SchemaNode
  readonly oneOf?: readonly SchemaNode[]
  readonly default?: unknown
}

interface Key {
  readonly path: string
  readonly default: unknown
}

/** The keys that hold values, as the reference calls them: pipelines and backends have tables of their own. */
function keysOf(node: SchemaNode, path = ''): Key[] {
  const { properties, items } = node
  const inner = node.oneOf?.flatMap((each) => keysOf(each, path)) ?? []
  if (properties) {
    return Object.entries(properties).flatMap(([key, value]) => keysOf(value, path ? `${path}.${key}` : key))
  }
  if (items?.properties || items?.oneOf) {
    return keysOf(items, ['pipelines', 'backends', 'audit.backends'].includes(path) ? '' : `${path}[]`)
  }
  return inner.length > 0 ? inner : [{ path, default: node.default }]
}

describe('the reference', () => {
  const keys = keysOf(sinkJsonSchema() as SchemaNode)
  const rows = readme.split('\n').filter((line) => line.startsWith('| `'))

  test('has keys to look for', () => expect(keys.length).toBeGreaterThan(30))

  test.each(keys)('tells $path', (key) => {
    // A default that depends on the kind of backend has a row for each.
    const told = rows.map((line) => line.split(' | ')).filter(([first]) => first!.includes(code(key.path)))
    expect(told, `a row for ${key.path}`).not.toEqual([])
    const { default: given } = key
    const written = code(typeof given === 'object' ? JSON.stringify(given) : String(given))
    if (given !== undefined) expect(told.map(([, second]) => second)).toContain(written)
  })
})

const blocks = [...readme.matchAll(/```yaml\n(# sink\.yaml\n[\s\S]*?)```/g)].map(([, text]) => text!)

test('its sink.yaml is accepted', () => {
  expect(blocks).toHaveLength(1)
  const [document] = loadDocuments('sink.yaml', blocks[0]!)
  expect([document!.faults, document!.warnings]).toEqual([[], []])
  expect(compile(document!.config!, createKernel().memory).pipelines).toHaveLength(1)
})
