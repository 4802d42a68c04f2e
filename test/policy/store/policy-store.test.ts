/** The store follows real files in real folders: what changes is in force soon, what is broken leaves its last good version. */
import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { policyDocumentsMax, policyFileBytesMax, policySettleMs, policySettleMsMax } from '../../../src/limits.ts'
import { readResource } from '../../../src/policy/documents/read-resource.ts'
import {
  openPolicyStore,
  type PolicyStore,
  type PolicyStoreOptions,
  type Snapshot,
} from '../../../src/policy/store/policy-store.ts'
import type { DocumentTrouble } from '../../../src/policy/store/settle.ts'
import type { Judge } from '../../../src/policy/store/store-file.ts'
import { until } from '../../support/until.ts'

/** A `refused: true` at the top stands in for what only validation refuses. */
const judge: Judge = (value, source) => {
  const reading = readResource(value, { source, systemNamespaces: [] })
  const refused = (value as { refused?: boolean } | null)?.refused === true
  return refused
    ? { ...reading, resource: null, faults: [{ code: 'refused', path: 'refused', message: 'is refused.' }] }
    : reading
}

let folder: string
let store: PolicyStore
let changes: Snapshot[]
let troubles: DocumentTrouble[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'als-policies-'))
  changes = []
  troubles = []
})

afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true })
})

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

async function open(patterns: readonly string[], options: Partial<PolicyStoreOptions> = {}): Promise<void> {
  store = await openPolicyStore({
    patterns,
    folder,
    judge,
    onChange: (snapshot) => changes.push(snapshot),
    onTrouble: (trouble) => troubles.push(trouble),
    ...options,
  })
}

/** A service with a port, so that versions of it can be told apart. */
const service = (name: string, port: number | string = 80, more = '') =>
  `type: MeshService\nname: ${name}\nmesh: default\n${more}spec:\n  ports:\n  - port: ${port}\n`

const show = ({ resources }: Snapshot) =>
  resources.map((each) => `${each.meta.name}:${each.kind === 'MeshService' ? each.ports[0]!.port : '-'}`)
const inForce = () => show(store.current).join(' ')
const told = () =>
  troubles.map(
    ({ file, index, faults }) => `${file.replace(`${folder}/`, '')}#${index} ${faults.map(({ code }) => code)}`,
  )

const comes = (expected: string) => until(`${expected} in force, not ${inForce()}`, () => inForce() === expected)

describe('what patterns name', () => {
  test('files, folders and globs, each file once, in the order of their names', async () => {
    write('b/two.yaml', service('two'))
    write('b/three.json', JSON.stringify({ type: 'MeshService', name: 'three' }))
    write('b/.hidden.yaml', service('hidden'))
    write('b/notes.txt', 'no policy')
    write('b/deeper/four.yaml', service('four'))
    write('one.yaml', `${service('one')}---\n${service('more')}---\n`)
    await open(['one.yaml', 'b/', 'b/t*.yaml', join(folder, 'one.yaml')])
    expect(store.current.resources.map(({ meta }) => meta.name)).toEqual(['three', 'two', 'one', 'more'])
    expect(store.current.resources.map(({ meta }) => meta.source.index)).toEqual([0, 0, 0, 1])
    expect(troubles).toEqual([])
    expect(changes).toEqual([])
  })

  test('folders within folders', async () => {
    write('a/one.yaml', service('one'))
    write('a/x/y/two.yaml', service('two'))
    write('a/.git/three.yaml', service('three'))
    await open(['a/**/*.yaml'])
    expect(inForce()).toBe('one:80 two:80')
    write('a/x/new/folder/four.yaml', service('four'))
    await comes('one:80 four:80 two:80')
  })

  test('lists, as kubectl prints them', async () => {
    const items = ['a', 'b'].map((name) => ({ kind: 'MeshService', apiVersion: 'v1', metadata: { name } }))
    write('list.json', JSON.stringify({ kind: 'List', apiVersion: 'v1', items }))
    await open(['list.json'])
    expect(store.current.resources.map(({ meta }) => meta.name)).toEqual(['a', 'b'])
  })

  test('nothing yet: told, and waited for', async () => {
    await open(['later/*.yaml', 'one.yaml'])
    expect(troubles.map(({ file, warnings }) => [file, warnings[0]!.code])).toEqual([
      ['later/*.yaml', 'no_match'],
      ['one.yaml', 'no_match'],
    ])
    write('later/a.yaml', service('a'))
    await comes('a:80')
    write('one.yaml', service('one'))
    await comes('a:80 one:80')
    rmSync(join(folder, 'later'), { recursive: true })
    await comes('one:80')
    write('later/b.yaml', service('b'))
    await comes('b:80 one:80')
  })
})

describe('what changes', () => {
  test('is in force within a second, and told once', async () => {
    write('a.yaml', `${service('a')}---\n${service('b')}`)
    await open(['*.yaml'])
    const startedMs = performance.now()
    write('a.yaml', `${service('a', 81)}---\n${service('b')}`)
    await comes('a:81 b:80')
    // The promise, with room for a busy machine; the pause it is made of is far below it.
    expect(policySettleMsMax).toBeLessThan(1_000)
    expect(performance.now() - startedMs).toBeLessThan(5_000)
    expect(changes.map(show)).toEqual([['a:81', 'b:80']])
    expect(store.current).toBe(changes[0])
    expect(store.current.version).toBe(2)
  })

  test('leaves what has not changed the same object', async () => {
    write('a.yaml', `${service('a')}---\n${service('b')}`)
    await open(['*.yaml'])
    const [a, b] = store.current.resources
    write('a.yaml', `# A comment.\n${service('a')}---\n${service('b', 81)}`)
    await comes('a:80 b:81')
    expect(store.current.resources[0]).toBe(a)
    expect(store.current.resources[1]).not.toBe(b)
  })

  test('only in what it looks like is no change', async () => {
    write('a.yaml', `${service('a')}---\n${service('b')}`)
    await open(['*.yaml'])
    write('a.yaml', `# New.\n---\n${service('a').replace('80', ' 80 # http')}---\n${service('b')}`)
    await store.reload()
    expect(changes).toEqual([])
    expect(store.current.version).toBe(1)
  })

  test('by a file that comes, goes, or takes the place of another', async () => {
    write('a.yaml', service('a'))
    await open(['*.yaml'])
    write('b.yaml', service('b'))
    await comes('a:80 b:80')
    unlinkSync(join(folder, 'a.yaml'))
    await comes('b:80')
    write('.new', service('b', 81))
    renameSync(join(folder, '.new'), join(folder, 'b.yaml'))
    await comes('b:81')
  })

  test('within one tick of the file system’s clock is seen as well', async () => {
    write('a.yaml', service('a', 80))
    await open(['*.yaml'])
    write('a.yaml', service('a', 81))
    await comes('a:81')
    // The length is the same, and the time may well be.
    write('a.yaml', service('a', 82))
    await comes('a:82')
  })

  test('by a swap of Kubernetes’ link, all files at once', async () => {
    const mount = (version: number, names: readonly string[]) => {
      for (const name of names) write(`cm/..v${version}/${name}.yaml`, service(name, version))
      symlinkSync(`..v${version}`, join(folder, 'cm/..data_tmp'))
      renameSync(join(folder, 'cm/..data_tmp'), join(folder, 'cm/..data'))
    }
    mount(1, ['a', 'b'])
    for (const name of ['a', 'b']) symlinkSync(`..data/${name}.yaml`, join(folder, `cm/${name}.yaml`))
    await open(['cm/*.yaml'])
    expect(inForce()).toBe('a:1 b:1')
    mount(2, ['a', 'b'])
    await comes('a:2 b:2')
    rmSync(join(folder, 'cm/..v1'), { recursive: true })
    expect(changes.map(show)).toEqual([['a:2', 'b:2']])
  })

  test('in a folder that a link leads to, and when the link leads elsewhere', async () => {
    write('v1/a.yaml', service('a', 1))
    write('v2/a.yaml', service('a', 2))
    symlinkSync('v1', join(folder, 'current'))
    await open(['current/'])
    write('v1/a.yaml', service('a', 11))
    await comes('a:11')
    symlinkSync('v2', join(folder, 'next'))
    renameSync(join(folder, 'next'), join(folder, 'current'))
    await comes('a:2')
    write('v2/a.yaml', service('a', 22))
    await comes('a:22')
  })

  test('in a folder that is replaced by another of its name', async () => {
    write('a/x.yaml', service('x', 1))
    await open(['a'])
    write('b/x.yaml', service('x', 2))
    renameSync(join(folder, 'a'), join(folder, 'old'))
    renameSync(join(folder, 'b'), join(folder, 'a'))
    await comes('x:2')
    write('a/x.yaml', service('x', 3))
    await comes('x:3')
  })
})

describe('what cannot be used', () => {
  test('leaves its last good version in force, and is told once, with its place', async () => {
    write('a.yaml', `${service('a')}---\n${service('b')}---\n${service('c')}`)
    await open(['*.yaml'])
    write('a.yaml', `${service('a')}---\n${service('b', 'none')}---\n${service('c', 81)}`)
    await comes('a:80 b:80 c:81')
    expect(troubles).toEqual([
      {
        file: join(folder, 'a.yaml'),
        index: 1,
        line: 8,
        kind: 'MeshService',
        name: 'b',
        faults: [expect.objectContaining({ code: 'wrong_value', path: 'spec.ports[0].port', line: 13, column: 11 })],
        warnings: [],
        kept: true,
      },
    ])
    await store.reload()
    expect(troubles).toHaveLength(1)
    expect(store.current.troubles).toHaveLength(1)
    write('a.yaml', service('b', 82))
    await comes('b:82')
    expect(store.current.troubles).toEqual([])
  })

  test('stays kept however often it is changed, until it is good or gone', async () => {
    write('a.yaml', service('a'))
    await open(['*.yaml'])
    for (const port of ['x', 'y', 'z']) {
      write('a.yaml', service('a', port))
      await store.reload()
      expect(inForce()).toBe('a:80')
    }
    write('a.yaml', '# Nothing any more.\n')
    await comes('')
  })

  test('has no last good version when it never was good', async () => {
    write('a.yaml', `${service('a', 'x')}---\n${service('b')}`)
    await open(['*.yaml'])
    expect(inForce()).toBe('b:80')
    expect(troubles).toMatchObject([{ name: 'a', kept: false }])
  })

  test('is refused by whoever judges it, or cannot even be judged', async () => {
    write('a.yaml', `${service('a', 80, 'refused: true\n')}---\n${service('b')}`)
    await open(['*.yaml'], {
      judge: (value, source) => {
        if (source.index === 1) throw new RangeError('too deep')
        return judge(value, source)
      },
    })
    expect(troubles.flatMap(({ faults }) => faults)).toMatchObject([
      { code: 'refused', line: 4 },
      { code: 'unreadable', message: expect.stringContaining('too deep') },
    ])
  })

  test('because it is half written', async () => {
    write('a.yaml', `${service('a')}---\n${service('b')}`)
    await open(['*.yaml'])
    write('a.yaml', `${service('a')}---\n${service('b').slice(0, -8)}`)
    await store.reload()
    expect(inForce()).toBe('a:80 b:80')
    // Not even its name is whole.
    write('a.yaml', `${service('a')}---\ntype: MeshService\nname: "b`)
    await store.reload()
    expect(inForce()).toBe('a:80 b:80')
    expect(store.current.troubles).toMatchObject([{ kept: true, faults: [{ code: 'yaml' }] }])
    write('a.yaml', `${service('a', 81)}---\n${service('b', 81)}`)
    await comes('a:81 b:81')
  })

  test('and says that it is another: then the one in its place is gone', async () => {
    write('a.yaml', service('a'))
    await open(['*.yaml'])
    write('a.yaml', service('other', 'none'))
    await comes('')
  })

  test('and cannot be parsed does not bring back what has moved elsewhere', async () => {
    write('a.yaml', `${service('a')}---\n${service('b')}`)
    await open(['*.yaml'])
    write('a.yaml', `{"\n---\n${service('a', 81)}`)
    await store.reload()
    expect(inForce()).toBe('a:81')
  })

  test('because it is no text, or no file', async () => {
    write('a.yaml', service('a'))
    await open(['*.yaml', 'folder.json'])
    writeFileSync(join(folder, 'a.yaml'), Buffer.from([0xc3, 0x28]))
    await store.reload()
    expect(inForce()).toBe('a:80')
    expect(store.current.troubles).toMatchObject([
      { file: 'folder.json', warnings: [{ code: 'no_match' }] },
      { index: null, kept: true, faults: [{ code: 'unreadable' }] },
    ])
  })

  test('a file that was just emptied is given time to be written', async () => {
    write('a.yaml', service('a'))
    await open(['*.yaml'])
    write('a.yaml', '')
    await store.reload()
    expect(inForce()).toBe('a:80')
    await comes('')
  })
})

describe('what is too much', () => {
  test('is left out, and told: a file', async () => {
    write('a.yaml', service('a'))
    write('b.yaml', service('b'))
    await open(['*.yaml'])
    truncateSync(join(folder, 'b.yaml'), policyFileBytesMax + 1)
    await store.reload()
    expect(inForce()).toBe('a:80 b:80')
    expect(store.current.troubles).toMatchObject([{ kept: true, faults: [{ code: 'too_large' }] }])
  })

  test('is left out, and told: documents', async () => {
    write('a.yaml', service('a'))
    const items = Array.from({ length: policyDocumentsMax }, () => ({}))
    write('b.json', JSON.stringify({ items }))
    await open(['*.*'], {
      judge: (value, source) =>
        source.file.endsWith('b.json')
          ? { kind: 'x', name: null, resource: null, faults: [], warnings: [] }
          : judge(value, source),
    })
    expect(inForce()).toBe('a:80')
    expect(store.current.troubles).toMatchObject([{ index: null, faults: [{ code: 'too_many' }] }])
  })
})

describe('two documents that are the same resource', () => {
  test('the first counts, by the names of files; the other is told', async () => {
    write('b.yaml', service('a', 2))
    await open(['*.yaml'])
    write('a.yaml', service('a', 1))
    await comes('a:1')
    expect(told()).toEqual(['b.yaml#0 duplicate'])
    expect(troubles[0]!.faults[0]!.message).toContain(join(folder, 'a.yaml'))
    unlinkSync(join(folder, 'a.yaml'))
    await comes('a:2')
    expect(store.current.troubles).toEqual([])
  })

  test('are none when mesh, namespace or kind differ', async () => {
    const kubernetes = (namespace: string, kind = 'MeshService') =>
      `apiVersion: v1\nkind: ${kind}\nmetadata: {name: a, namespace: ${namespace}}\n`
    write(
      'a.yaml',
      [service('a'), service('a').replace('default', 'east'), kubernetes('x'), kubernetes('y')].join('---\n'),
    )
    write('b.yaml', kubernetes('x', 'MeshHTTPRoute'))
    await open(['*.yaml'])
    expect(store.current.resources).toHaveLength(5)
    expect(troubles).toEqual([])
  })

  test('a broken one does not take the place of a good one elsewhere', async () => {
    write('b.yaml', service('a', 2))
    await open(['*.yaml'])
    write('a.yaml', service('a', 'none'))
    write('b.yaml', service('a', 3))
    await comes('a:3')
    expect(told()).toEqual(['a.yaml#0 wrong_value'])
  })

  test('a broken one keeps its place before another of its name', async () => {
    write('a.yaml', service('a', 1))
    write('b.yaml', service('a', 2))
    await open(['*.yaml'])
    write('a.yaml', service('a', 'none'))
    await store.reload()
    expect(inForce()).toBe('a:1')
  })
})

/** Time that only a test moves. */
class HandClock {
  nowMs = 0
  readonly timers: { afterMs: number; callback: () => void }[] = []
  readonly options = {
    now: () => this.nowMs,
    after: (afterMs: number, callback: () => void) => {
      const timer = { afterMs, callback }
      this.timers.push(timer)
      return () => void this.timers.splice(this.timers.indexOf(timer), 1)
    },
  }
  get waits() {
    return this.timers.map(({ afterMs }) => afterMs)
  }
}

describe('looking', () => {
  test('also without a word from the system, and more often where folders cannot be watched', async () => {
    write('a.yaml', service('a'))
    const clock = new HandClock()
    let watched = false
    await open(['*.yaml'], {
      ...clock.options,
      watchFolder: () => {
        if (!watched) throw new Error('no watches left')
        return { close: () => {} }
      },
    })
    expect(troubles.map(({ file, faults }) => [file, faults[0]!.code])).toContainEqual([folder, 'unreadable'])
    expect(clock.waits).toEqual([1_000])
    write('a.yaml', service('a', 81))
    watched = true
    clock.timers[0]!.callback()
    await comes('a:81')
    await until('the next look is due', () => clock.waits.join() === '30000')
    expect(store.current.troubles).toEqual([])
  })

  test('more often as soon as a watch is lost', async () => {
    write('a.yaml', service('a'))
    const clock = new HandClock()
    let lose = () => {}
    await open(['*.yaml'], {
      ...clock.options,
      watchFolder: (watched, _, onError) => {
        if (watched === folder) lose = () => onError(new Error('gone'))
        return { close: () => {} }
      },
    })
    const opened = lose
    lose = () => {}
    opened()
    expect(clock.waits).toEqual([30_000, policySettleMs])
    clock.timers[1]!.callback()
    // It can be opened anew, so there is nothing to tell.
    await until('it is watched again', () => lose !== opened && clock.waits.join() === '30000')
    expect(troubles).toEqual([])
  })

  test('happens when writing has paused, or has gone on for too long', async () => {
    write('a.yaml', service('a'))
    const clock = new HandClock()
    let tell = (_: string) => {}
    await open(['*.yaml'], {
      ...clock.options,
      watchFolder: (watched, onChange) => {
        if (watched === folder) tell = (name) => onChange('change', name)
        return { close: () => {} }
      },
    })
    expect(clock.waits).toEqual([30_000])
    tell('access.log')
    expect(clock.waits).toEqual([30_000])
    const waits = Array.from({ length: 8 }, (_, i) => {
      clock.nowMs = 90 * i
      tell('a.yaml')
      return clock.waits.at(-1)
    })
    expect(waits).toEqual([100, 100, 100, 100, 100, 50, 0, 0])
    expect(clock.timers).toHaveLength(2)
    write('a.yaml', service('a', 81))
    clock.timers[1]!.callback()
    await comes('a:81')
  })

  test('ends with the store', async () => {
    write('a.yaml', service('a'))
    await open(['*.yaml'])
    await store.close()
    write('a.yaml', service('a', 81))
    await store.reload()
    expect(inForce()).toBe('a:80')
    expect(changes).toEqual([])
  })
})
