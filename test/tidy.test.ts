/**
 * The house rules that a program can check, over the real files; and beside each rule a bad example, to show that it bites. The
 * rules stand in `tidy/`: arrows between rooms in `arrows.ts`, the rest in `habits.ts`.
 */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { arrowFaults, cycleFaults, hotFaults, printArrows, roomOf } from './tidy/arrows.ts'
import {
  deadExportFaults,
  headerFaults,
  lengthFaults,
  lockFaults,
  readmeFaults,
  skippedTestFaults,
} from './tidy/habits.ts'
import { exportsOf, importsOf, readSources, type SourceFile } from './tidy/source-file.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const sources = readSources(root, 'src')
const tests = readSources(root, 'test')
const around = [
  ...tests,
  ...['bench', 'envoy']
    .filter((folder) => existsSync(`${root}${folder}`))
    .flatMap((folder) => readSources(root, folder)),
]

const fence = '```'

/** So that a failure reads as a list. */
function expectNone(faults: readonly string[]): void {
  expect(faults.join('\n')).toBe('')
}

const file = (path: string, text: string): SourceFile => ({ path, text })

test('there are sources to check', () => {
  expect(sources.length).toBeGreaterThan(20)
})

describe('arrows', () => {
  test('every import follows them', () => expectNone(arrowFaults(sources)))

  test.each([
    ['src/wire/a.ts', `import { b } from '../render/b.ts'`, 'wire may not import src/render/b.ts'],
    [
      'src/render/a.ts',
      `import type { TimePart } from '../format/time-part.ts'`,
      'render may not import src/format/time-part.ts',
    ],
    ['src/pipeline/a.ts', `export { b } from '../engine/plan.ts'`, 'pipeline may not import src/engine/plan.ts'],
    ['src/errors.ts', `import {\n  a,\n  b,\n} from './wire/b.ts'`, 'errors may not import src/wire/b.ts'],
    ['src/main.ts', `const { b } = await import('./config/b.ts')`, 'main may not import src/config/b.ts'],
    ['src/engine/a.ts', `import protobuf from 'protobufjs'`, 'only schema may import protobufjs'],
    ['src/attic/a.ts', '', 'the room attic has no row'],
  ])('a bad one is told: %s, %j', (path, text, fault) => {
    expect(arrowFaults([file(path, text)]).join('\n')).toContain(fault)
  })

  test.each([
    [
      'src/wire/a.ts',
      `import { b } from './b.ts'\nimport { c } from '../limits.ts'\nimport { d } from '../telemetry/d.ts'`,
    ],
    ['src/pipeline/a.ts', `import type { Program } from '../engine/program.ts'`],
    ['src/schema/a.ts', `import protobuf from 'protobufjs'`],
    ['src/app.ts', `import { b } from './wire/b.ts'`],
    ['src/wire/a.ts', `/**\n * import { b } from '../render/b.ts'\n */`],
  ])('a good one is not: %s, %j', (path, text) => {
    expect(arrowFaults([file(path, text)])).toEqual([])
  })

  test('the map shows them (written anew by vitest -u)', async () => {
    const path = `${root}src/README.md`
    const map = readFileSync(path, 'utf8')
    const marked = /(<!-- arrows -->\n)[\s\S]*?(?=<!-- \/arrows -->)/
    expect(map).toMatch(marked)
    const rooms = new Set(sources.map((source) => roomOf(source.path)))
    const list = printArrows((room) => rooms.has(room))
    await expect(
      map.replace(marked, (_, begin: string) => `${begin}\n${fence}\n${list}\n${fence}\n\n`),
    ).toMatchFileSnapshot(path)
  })

  test('no file imports itself by way of others', () => expectNone(cycleFaults(sources)))

  test('a cycle is told once', () => {
    const circle = [
      file('src/a/a.ts', `import { b } from './b.ts'`),
      file('src/a/b.ts', `import type { c } from './c.ts'`),
      file('src/a/c.ts', `import { a } from './a.ts'\nimport { d } from './d.ts'`),
      file('src/a/d.ts', ''),
    ]
    expect(cycleFaults(circle)).toEqual(['a cycle: src/a/a.ts → src/a/b.ts → src/a/c.ts → src/a/a.ts'])
    expect(cycleFaults(circle.slice(1))).toEqual([])
  })
})

describe('hot rooms', () => {
  test('take settings and time as arguments and never read entries as JSON', () => expectNone(hotFaults(sources)))

  test.each(['process.env', 'JSON.parse', 'Date.now()'])('%s is told', (what) => {
    const text = `const a = ${what}`
    expect(hotFaults([file('src/wire/a.ts', text)]).join()).toContain(what)
    expect(hotFaults([file('src/cli/a.ts', text), file('src/wire/a.ts', `// not ${what}`)])).toEqual([])
  })
})

describe('files', () => {
  test('open with what is found in them', () => expectNone(headerFaults(sources)))

  test('a bare one is told', () => {
    const faults = headerFaults([
      file('src/a.ts', `import 'b'\n/** Late. */`),
      file('src/main.ts', '#!/usr/bin/env node\n/** In time. */'),
    ])
    expect(faults).toEqual(['src/a.ts: opens without a comment that says what is found here'])
  })

  test('are short', () => expectNone(lengthFaults(sources)))

  test('a long one is told, and a reason that is no longer needed', () => {
    const long = file('src/long.ts', 'x\n'.repeat(261))
    expect(lengthFaults([long]).join()).toContain('src/long.ts: 261 lines')
    expect(lengthFaults([long], new Map([['src/long.ts', 'a table']]))).toEqual([])
    expect(lengthFaults([file('src/long.ts', 'x\n')], new Map([['src/long.ts', 'a table']]))).toHaveLength(1)
  })
})

describe('exports', () => {
  test('are imported by somebody', () => expectNone(deadExportFaults(sources, around)))

  test('a dead one is told', () => {
    const home = file(
      'src/a/a.ts',
      `export const used = 1\nexport function dead() {}\nexport interface Options {}\nexport function tested(o: Options) {}\nexport type Idle = 1`,
    )
    const user = file('src/b/b.ts', `import { used as mine } from '../a/a.ts'`)
    const tester = file('test/a/a.test.ts', `import { tested } from '../../src/a/a.ts'`)
    expect(deadExportFaults([home, user], [tester])).toEqual([
      'src/a/a.ts: nobody imports dead',
      'src/a/a.ts: nobody imports Idle',
    ])
  })

  test('an export counts when all of its file is taken, when it is passed on, and when bench runs the built file', () => {
    const home = file('src/a/a.ts', 'export class A {}')
    for (const text of [
      `import * as a from '../src/a/a.ts'`,
      `export { A } from '../src/a/a.ts'`,
      `import { A } from '../dist/a/a.js'`,
    ]) {
      expect(deadExportFaults([home], [file('bench/a.js', text)])).toEqual([])
    }
    expect(deadExportFaults([home], [file('bench/a.js', `import { B } from '../src/a/a.ts'`)])).toHaveLength(1)
  })
})

describe('tests', () => {
  test('are all run, or say why not', () =>
    expectNone(
      skippedTestFaults(tests.filter(({ path }) => path.endsWith('.test.ts') && path !== 'test/tidy.test.ts')),
    ))

  test('one that is set aside is told', () => {
    const text = [
      `test.skip('a', () => {})`,
      `// Needs a kernel with io_uring.`,
      `test.skip('b', () => {})`,
      `describe.skipIf(windows)('c', () => {}) // no FIFOs there`,
      `// Quick.`,
      `test.only('d', () => {})`,
      `test.each([1]).skip('e', () => {})`,
    ].join('\n')
    expect(skippedTestFaults([file('test/a.test.ts', text)]).map((fault) => fault.split(':')[1])).toEqual(['1', '6'])
  })
})

describe('README', () => {
  test('mentions each npm script', () => {
    const path = `${root}README.md`
    const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { scripts: Record<string, string> }
    expectNone(readmeFaults(existsSync(path) ? readFileSync(path, 'utf8') : null, Object.keys(scripts)))
  })

  test('a forgotten one is told', () => {
    expect(readmeFaults('`npm test`, then npm run bench:all', ['test', 'bench'])).toEqual([
      'README.md: does not mention npm run bench',
    ])
    expect(readmeFaults(null, [])).toHaveLength(1)
  })
})

describe('the lock file', () => {
  test('knows every package and no registry', () => {
    expectNone(lockFaults(JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8'))))
  })

  test('a gap is told, and an address', () => {
    const packages = {
      'node_modules/a': { optionalDependencies: { 'a-linux': '1', '@b/b-win32': '1' } },
      'node_modules/a/node_modules/a-linux': { resolved: 'https://registry.example/a-linux.tgz' },
    }
    expect(lockFaults({ packages })).toEqual([
      'package-lock.json: @b/b-win32, an optional dependency of node_modules/a, is missing',
      'package-lock.json: node_modules/a/node_modules/a-linux tells from where it was fetched',
    ])
  })
})

test('imports and exports are read in every shape that the house uses', () => {
  const text = [
    `import a, { b, type c as d } from './one.ts'`,
    `import type { e } from 'pkg'`,
    `import * as f from './two.ts'`,
    `import './three.ts'`,
    `export { g as h } from './four.ts'`,
    `export type { i } from './five.ts'`,
    `export const j = 1`,
    `export async function k() {}`,
    `export abstract class L {}`,
    `export type M = import('./six.ts').N`,
    `const text = "import { z } from './not.ts'"`,
  ].join('\n')
  expect(importsOf(file('src/x/x.ts', text))).toEqual([
    { target: 'src/x/one.ts', names: ['default', 'b', 'c'] },
    { target: 'pkg', names: ['e'] },
    { target: 'src/x/two.ts', names: null },
    { target: 'src/x/four.ts', names: ['g'] },
    { target: 'src/x/five.ts', names: ['i'] },
    { target: 'src/x/three.ts', names: [] },
    { target: 'src/x/six.ts', names: ['N'] },
  ])
  expect(exportsOf(file('src/x/x.ts', text))).toEqual([
    { name: 'j', isType: false },
    { name: 'k', isType: false },
    { name: 'L', isType: false },
    { name: 'M', isType: true },
    { name: 'h', isType: false },
    { name: 'i', isType: true },
  ])
})
