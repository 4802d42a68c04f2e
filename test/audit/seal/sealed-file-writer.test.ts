/** Records and seals in step: what lies on the disk after writes, rotations, checkpoints, failures and restarts. */
import { createHash, createPublicKey, verify as verifySignature } from 'node:crypto'
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { nodeFiles, type SealFiles } from '../../../src/audit/seal/files.ts'
import { until } from '../../support/until.ts'
import { describeWriterContract } from '../../writers/contract.ts'
import { batchFrom, newTrail, noLimits, record, records, startMs } from './kit.ts'

const never = new AbortController().signal
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** What is not one line becomes one. */
const asLine = (text: string) =>
  text.indexOf('\n') === text.length - 1 && text !== '' ? text : `${JSON.stringify(text)}\n`

describeWriterContract('sealed file', {
  open: async () => {
    const trail = newTrail()
    return {
      writer: trail.writer,
      received: async () => (existsSync(trail.path) ? trail.read() : ''),
      close: async () => {},
    }
  },
  batch: (texts) => batchFrom(texts.map(asLine)),
  asReceived: asLine,
  openRefusing: async () => {
    const trail = newTrail()
    const path = join(trail.folder, 'not there yet', 'audit.log')
    const { mkdirSync } = await import('node:fs')
    return {
      writer: trail.open({ path }),
      received: async () => readFileSync(path, 'utf8'),
      close: async () => {},
      mend: () => mkdirSync(join(path, '..')),
    }
  },
  openStuck: { never: 'a disk takes what it is given' },
})

describe('what is written', () => {
  test('the audit file holds the records alone; the seal is as the specification says', async () => {
    const trail = newTrail()
    trail.open({
      factsOf: ({ logName }) =>
        logName === 'dev'
          ? {
              source: 'dev',
              receivedAt: '2026-03-05T07:08:09.000Z',
              reducedFrom: 'RequestResponse',
              redacted: ['secrets'],
            }
          : { source: logName, receivedAt: '2026-03-05T07:08:09.100Z' },
    })
    await trail.writer.write(batchFrom(records(1, 3), ['prod', 'dev', 'prod']), never)
    await trail.end()
    expect(trail.read()).toBe(records(1, 3).join(''))
    const lines = trail.lines(`${trail.path}.seal`)
    const parsed = lines.map((line) => JSON.parse(line))
    expect(parsed.map(({ kind }) => kind)).toEqual(['begin', 'record', 'record', 'record', 'checkpoint'])
    let previous = '0'.repeat(64)
    for (const line of lines) {
      const [facts = '', rest = ''] = line.split(',"hash":')
      previous = sha256(`als-sink seal 1\n${previous}\n${facts}`)
      expect(rest).toBe(`"${previous}"}`)
    }
    expect(lines[2]).toBe(
      `{"kind":"record","sequence":2,"source":"dev","sourceSequence":1,"receivedAt":"2026-03-05T07:08:09.000Z","offset":64,"length":64,"reducedFrom":"RequestResponse","redacted":["secrets"],"record":"${sha256(record(2))}","hash":"${parsed[2].hash}"}`,
    )
    expect(parsed[3]).toMatchObject({ sequence: 3, source: 'prod', sourceSequence: 2, offset: 128 })
    const [signed = ''] = lines[4]!.split(',"signature":')
    const key = createPublicKey(trail.signer.publicKeyPem)
    const signature = Buffer.from(parsed[4].signature, 'base64')
    expect(verifySignature(null, Buffer.from(`als-sink checkpoint 1\n${signed}`), key, signature)).toBe(true)
    expect(parsed[4]).toMatchObject({ sequence: 3, last: parsed[3].hash, key: trail.signer.keyId })
  })

  test('files are for their owner alone', async () => {
    const trail = newTrail()
    await trail.write(record(1))
    await trail.end()
    for (const suffix of ['', '.seal', '.manifest']) expect(statSync(`${trail.path}${suffix}`).mode & 0o777).toBe(0o600)
  })

  test('an entry that is not one line is refused, and nothing of its batch is written', async () => {
    const trail = newTrail()
    const work = trail.write(record(1), '{"a":\n1}\n')
    await expect(work).rejects.toMatchObject({ code: 'not_a_line', retryable: false, blamesEntries: true })
    expect(existsSync(trail.path)).toBe(false)
  })

  test('a second process is refused', async () => {
    const trail = newTrail()
    await trail.write(record(1))
    const other = newTrail().open({ path: trail.path })
    await expect(other.write(batchFrom([record(2)]), never)).rejects.toMatchObject({ code: 'locked', retryable: true })
    await other.close()
  })
})

describe('checkpoints', () => {
  test('come with the first write after their time, when nothing is written by a timer, and not while there is nothing new', async () => {
    const trail = newTrail()
    trail.open({ checkpointEveryMs: 5_000 })
    await trail.write(record(1))
    expect(trail.checkpoints).toHaveLength(0)
    trail.nowMs += 5_000
    await trail.write(record(2))
    expect(trail.checkpoints.map((line) => JSON.parse(line).sequence)).toEqual([2])
    await trail.write(record(3))
    for (const call of trail.timers.splice(0)) call()
    await trail.writer.flush()
    expect(trail.checkpoints.map((line) => JSON.parse(line).sequence)).toEqual([2, 3])
    for (const call of trail.timers.splice(0)) call()
    await trail.end()
    expect(trail.checkpoints).toHaveLength(2)
    expect(JSON.parse(trail.checkpoints[1]!).previous).toBe(JSON.parse(trail.checkpoints[0]!).hash)
  })
})

describe('rotation', () => {
  test('files are filled to their limit; seals and chain go along', async () => {
    const trail = newTrail()
    trail.open({ rotation: { ...noLimits, maxBytes: 64 * 3 } })
    await trail.write(...records(1, 7))
    await trail.end()
    const backups = trail.told('rotated').map(({ backup }) => backup)
    expect(backups.map((backup) => trail.read(backup))).toEqual([records(1, 3).join(''), records(4, 6).join('')])
    expect(trail.names()).toEqual(
      [
        ...backups.flatMap((backup) => [basename(backup), `${basename(backup)}.seal`]),
        'audit.log',
        'audit.log.manifest',
        'audit.log.seal',
      ].sort(),
    )
    expect(await trail.verify()).toMatchObject({ ok: true, records: 7, problems: [] })
  })

  test('a file that is nearly full is rotated before the next batch comes, if that has no room', async () => {
    const trail = newTrail()
    const filled = 100 * Buffer.byteLength(record(1))
    trail.open({ rotation: { ...noLimits, maxBytes: filled + 10 } })
    const first = Array.from({ length: 90 }, () => record(1))
    await trail.write(...first)
    await trail.writer.flush()
    expect(trail.told('rotated')).toEqual([])
    await trail.write(...first.slice(0, 10))
    await trail.writer.flush()
    expect(trail.told('rotated')).toMatchObject([{ bytes: filled }])
    expect(trail.read()).toBe('')
    await trail.write(record(2))
    await trail.end()
    expect(await trail.verify()).toMatchObject({ ok: true, records: 101, problems: [] })
  })

  test('a batch that has room goes into a file that is nearly full', async () => {
    const trail = newTrail()
    const filled = 100 * Buffer.byteLength(record(1))
    trail.open({ rotation: { ...noLimits, maxBytes: filled + Buffer.byteLength(record(1)) } })
    for (let i = 0; i < 101; i++) await trail.write(record(1))
    expect(trail.told('rotated')).toEqual([])
    await trail.writer.flush()
    expect(trail.told('rotated')).toMatchObject([{ bytes: filled + Buffer.byteLength(record(1)) }])
    await trail.end()
    expect(await trail.verify()).toMatchObject({ ok: true, records: 101, problems: [] })
  })

  test('what retention removes stands in the manifest, and compressed files verify', async () => {
    const trail = newTrail()
    trail.open({ rotation: { ...noLimits, maxBytes: 64 * 3, maxRetainedFiles: 2, compress: true } })
    for (let number = 1; number <= 14; number++) {
      trail.nowMs += 1000
      await trail.write(record(number))
    }
    await trail.end()
    // What was called off at the end is done by the next run.
    trail.open({ rotation: { ...noLimits, maxBytes: 1e9, maxRetainedFiles: 2, compress: true } })
    await trail.write(record(15))
    await trail.end()
    const names = trail.names().filter((name) => /^audit-.*log(\.gz)?$/.test(name))
    expect(names).toHaveLength(2)
    const { ok, problems } = await trail.verify()
    expect(problems).toEqual([])
    expect(ok).toBe(true)
    const manifest = trail.lines(`${trail.path}.manifest`).map((line) => JSON.parse(line))
    expect(manifest.filter(({ kind }) => kind === 'closed')).toHaveLength(5)
    const removed = manifest.filter(({ kind }) => kind === 'removed')
    expect(new Set(removed.map(({ name }) => name)).size).toBe(3)
    expect(removed[0]).toMatchObject({ first: 1, last: 3, reason: 'retention: maxRetainedFiles 2, maxAgeDays 0' })
  })

  test('files that are too old are removed with the next rotation, whatever their number, and the trail verifies', async () => {
    const dayMs = 24 * 3600 * 1000
    const trail = newTrail()
    trail.open({ rotation: { ...noLimits, maxAgeDays: 30 } })
    await trail.write(record(1))
    const first = basename(await trail.rotate())
    trail.nowMs += 29 * dayMs
    await trail.write(record(2))
    const second = basename(await trail.rotate())
    await trail.end()
    expect(trail.names()).toEqual(expect.arrayContaining([first, second]))
    trail.nowMs += 2 * dayMs
    trail.open({ rotation: { ...noLimits, maxAgeDays: 30 } })
    await trail.write(record(3))
    await trail.rotate()
    await until('the cleaning', () => trail.told('cleaned').length > 0)
    await trail.end()
    expect(trail.told('cleaned')).toMatchObject([{ removed: [first] }])
    expect(trail.names()).not.toContain(first)
    expect(trail.names()).toContain(second)
    const manifest = trail.lines(`${trail.path}.manifest`).map((line) => JSON.parse(line))
    expect(manifest.filter(({ kind }) => kind === 'removed')).toMatchObject([
      { name: first, first: 1, last: 1, reason: 'retention: maxRetainedFiles 0, maxAgeDays 30' },
    ])
    expect(await trail.verify()).toMatchObject({ ok: true, problems: [] })
  })

  test('a record longer than the limit gets a file of its own', async () => {
    const trail = newTrail()
    trail.open({ rotation: { ...noLimits, maxBytes: 200 } })
    await trail.write(record(1), record(2, 500), record(3))
    await trail.end()
    expect(trail.told('rotated').map(({ bytes }) => bytes)).toEqual([64, 544])
    expect(trail.told('oversized')).toMatchObject([{ bytes: 544 }])
    expect(await trail.verify()).toMatchObject({ ok: true, records: 3 })
  })
})

describe('failures', () => {
  /** The real files, of which one call fails: the `nth` of its name. */
  function failing(call: 'write' | 'sync', file: string, nth: number, code: string): SealFiles {
    const real = nodeFiles(0o600)
    let calls = 0
    const wrap = (opened: Awaited<ReturnType<SealFiles['open']>>, path: string) => {
      const original = opened[call].bind(opened) as (...args: unknown[]) => Promise<never>
      Object.assign(opened, {
        [call]: async (...args: unknown[]) => {
          if (path.endsWith(file) && ++calls === nth) throw Object.assign(new Error(code), { code })
          return original(...args)
        },
      })
      return opened
    }
    return {
      ...real,
      create: async (path) => wrap(await real.create(path), path),
      open: async (path) => wrap(await real.open(path), path),
    }
  }

  test.each([
    ['write', 'audit.log', 2, 'ENOSPC', 0],
    ['sync', 'audit.log', 3, 'EIO', 1],
    ['write', 'audit.log.seal', 3, 'ENOSPC', 0],
    ['sync', 'audit.log.seal', 3, 'EIO', 1],
  ] as const)(
    'a %s of %s that fails: the batch is not there, and comes once when it is tried again',
    async (call, file, nth, code, rotations) => {
      const trail = newTrail()
      trail.open({ files: failing(call, file, nth, code) })
      await trail.write(...records(1, 3))
      const again = batchFrom(records(4, 6))
      await expect(trail.writer.write(again, never)).rejects.toMatchObject({ code, retryable: true, entriesWritten: 0 })
      expect(trail.read()).toBe(records(1, 3).join(''))
      await trail.writer.write(again, never)
      await trail.end()
      // What could not be synced is not written on.
      expect(trail.told('rotated')).toHaveLength(rotations)
      expect(await trail.verify()).toMatchObject({ ok: true, records: 6, recovered: 0 })
    },
  )

  test('a file that somebody moves away is told as damage, and nothing goes where nobody looks', async () => {
    const trail = newTrail()
    await trail.write(record(1))
    renameSync(trail.path, `${trail.path}.1`)
    await trail.write(record(2))
    await trail.end()
    expect(trail.told('damaged')).toMatchObject([{ damage: { in: 'audit', offset: 0, sequence: 1 } }])
    expect(trail.read()).toBe(record(2))
    const [backup] = trail.told('rotated')
    expect((await trail.verify()).problems).toMatchObject([{ kind: 'cut_tail', file: backup!.backup, sequence: 1 }])
  })

  describe('somebody moves files while a batch is on its way', () => {
    /** `act` is done once, before or behind the write of the second batch. */
    function disturbed(act: (path: string) => void, when: 'before' | 'behind'): SealFiles {
      const real = nodeFiles(0o600)
      let writes = 0
      const wrap = (opened: Awaited<ReturnType<SealFiles['open']>>, path: string) => {
        const write = opened.write.bind(opened)
        const disturbing: typeof write = async (parts, at) => {
          const isIt = path.endsWith('audit.log') && ++writes === 2
          if (isIt && when === 'before') act(path)
          const count = await write(parts, at)
          if (isIt && when === 'behind') act(path)
          return count
        }
        return Object.assign(opened, { write: disturbing })
      }
      return {
        ...real,
        create: async (path) => wrap(await real.create(path), path),
        open: async (path) => wrap(await real.open(path), path),
      }
    }

    test('the audit file: the batch is cut off from where nobody looks, and written where it is looked for', async () => {
      const trail = newTrail()
      trail.open({ files: disturbed((path) => renameSync(path, `${path}.1`), 'before') })
      await trail.write(...records(1, 3))
      await trail.write(...records(4, 6))
      await trail.end()
      expect(trail.told('damaged')).toMatchObject([{ damage: { in: 'audit', offset: 0, sequence: 1 } }])
      expect(trail.read()).toBe(records(4, 6).join(''))
      expect(trail.read(`${trail.path}.1`)).toBe(records(1, 3).join(''))
    })

    test('the seal: the batch is in the trail once', async () => {
      const trail = newTrail()
      trail.open({ files: disturbed((path) => renameSync(`${path}.seal`, `${path}.seal.1`), 'before') })
      await trail.write(...records(1, 3))
      await trail.write(...records(4, 6))
      await trail.end()
      expect(trail.told('recovered')).toMatchObject([{ adopted: 3, auditCut: 0 }])
      expect(trail.read()).toBe(records(1, 6).join(''))
      expect(await trail.verify()).toMatchObject({ ok: true, records: 6, recovered: 3 })
    })

    test('the audit file, just when the batch is there: it is in one place or the other', async () => {
      const trail = newTrail()
      trail.open({ files: disturbed((path) => queueMicrotask(() => renameSync(path, `${path}.1`)), 'behind') })
      for (const number of [1, 2, 3]) await trail.write(record(number))
      await trail.end()
      expect(trail.told('damaged')).toHaveLength(1)
      const everywhere = trail.read(`${trail.path}.1`) + trail.read()
      expect(everywhere.split('\n').filter((line) => line !== '')).toHaveLength(3)
    })
  })

  test('a file that is moved between its opening and the first batch', async () => {
    const trail = newTrail()
    await trail.writer.open()
    renameSync(trail.path, `${trail.path}.1`)
    await trail.write(record(1))
    expect(trail.read()).toBe(record(1))
    expect(trail.read(`${trail.path}.1`)).toBe('')
  })

  test('a file of somebody else in the place of a full one is not taken for ours', async () => {
    const trail = newTrail()
    trail.open({ rotation: { ...noLimits, maxBytes: 64 * 3 } })
    await trail.write(...records(1, 3))
    renameSync(trail.path, `${trail.path}.1`)
    await trail.write(record(4))
    await trail.end()
    expect(trail.told('damaged')).toHaveLength(1)
    expect(trail.told('rotated')).toHaveLength(1)
    expect(trail.read()).toBe(record(4))
    expect(trail.read(`${trail.path}.1`)).toBe(records(1, 3).join(''))
  })

  test('a file system that never knows a file again is asked for nothing more than it can say', async () => {
    const trail = newTrail()
    const real = nodeFiles(0o600)
    const strange = async (file: ReturnType<SealFiles['open']>) =>
      Object.assign(await file, { isAt: async () => false })
    const files: SealFiles = {
      ...real,
      create: (path) => strange(real.create(path)),
      open: (path) => strange(real.open(path)),
    }
    trail.open({ files, rotation: { ...noLimits, maxBytes: 64 * 3 } })
    for (let number = 1; number <= 7; number++) await trail.write(record(number))
    await trail.end()
    expect(trail.told('damaged')).toEqual([])
    expect(await trail.verify()).toMatchObject({ ok: true, records: 7, recovered: 0 })
  })

  test('nobody can tell whether the file is where it was: the batch is not there, and comes once when it is tried again', async () => {
    const trail = newTrail()
    const real = nodeFiles(0o600)
    let looks = 0
    const wrap = (opened: Awaited<ReturnType<SealFiles['open']>>) => {
      const isAt = opened.isAt!.bind(opened)
      const failingAt: typeof isAt = async (path) => {
        if (++looks === 1) throw Object.assign(new Error('EIO'), { code: 'EIO' })
        return isAt(path)
      }
      return Object.assign(opened, { isAt: failingAt })
    }
    const files: SealFiles = {
      ...real,
      create: async (path) => wrap(await real.create(path)),
      open: async (path) => wrap(await real.open(path)),
    }
    trail.open({ files })
    await trail.write(...records(1, 3))
    await expect(trail.write(record(4))).rejects.toMatchObject({ code: 'EIO', entriesWritten: 0 })
    expect(trail.read()).toBe(records(1, 3).join(''))
    await trail.write(record(4))
    await trail.end()
    expect(await trail.verify()).toMatchObject({ ok: true, records: 4, recovered: 0 })
  })
})

describe('starts', () => {
  test('the chain goes on over a restart', async () => {
    const trail = newTrail()
    for (let run = 0; run < 3; run++) {
      await trail.writer.write(batchFrom(records(run * 2 + 1, run * 2 + 2), ['prod', 'dev']), never)
      await trail.end()
    }
    expect(await trail.verify()).toMatchObject({ ok: true, records: 6 })
    expect(trail.told('recovered')).toEqual([])
    const last = trail
      .lines(`${trail.path}.seal`)
      .map((line) => JSON.parse(line))
      .findLast(({ kind }) => kind === 'record')
    expect(last).toMatchObject({ sequence: 6, source: 'dev', sourceSequence: 3 })
  })

  test('opening mends at once, before anything is written', async () => {
    const trail = newTrail()
    writeFileSync(trail.path, `${record(1)}half`)
    await trail.writer.open()
    expect(trail.read()).toBe(record(1))
    expect(await trail.verify()).toMatchObject({ ok: true, records: 1, recovered: 1 })
  })

  test('a file from before sealing is adopted', async () => {
    const trail = newTrail()
    writeFileSync(trail.path, records(1, 5).join(''))
    await trail.write(record(6))
    await trail.end()
    expect(trail.told('recovered')).toMatchObject([{ adopted: 5, auditCut: 0, sealCut: 0 }])
    expect(await trail.verify()).toMatchObject({ ok: true, records: 6, recovered: 5 })
  })

  test.each(['seal', 'setAside'] as const)('records without seals after a crash: %s', async (unsealed) => {
    const trail = newTrail()
    await trail.write(record(1))
    await trail.end()
    writeFileSync(trail.path, `${record(2)}${record(3).slice(0, 10)}`, { flag: 'a' })
    trail.open({ unsealed })
    await trail.write(record(4))
    await trail.end()
    const kept = unsealed === 'seal'
    expect(trail.read()).toBe([record(1), ...(kept ? [record(2)] : []), record(4)].join(''))
    expect(trail.read(`${trail.path}.torn`)).toBe(`${kept ? '' : record(2)}${record(3).slice(0, 10)}\n`)
    expect(await trail.verify()).toMatchObject({ ok: true, records: kept ? 3 : 2, recovered: kept ? 1 : 0 })
  })

  test.each([
    ['a record edited', (lines: string[]) => lines.with(1, lines[1]!.replace('id-2', 'id-x')), 'edited'],
    ['the tail cut off', (lines: string[]) => lines.slice(0, 1), 'cut_tail'],
  ])('what no crash does is not mended, but kept and told: %s', async (_, change, kind) => {
    const trail = newTrail()
    await trail.write(...records(1, 3))
    await trail.end()
    trail.put(change(trail.lines()))
    await trail.write(record(4))
    await trail.end()
    expect(trail.told('damaged')).toMatchObject([{ damage: { in: 'audit', offset: 64, sequence: 2 } }])
    const [{ backup } = { backup: '' }] = trail.told('rotated')
    expect(trail.read()).toBe(record(4))
    expect((await trail.verify()).problems).toMatchObject([{ kind, file: backup, offset: 64, sequence: 2 }])
  })

  test('a seal edited in the middle is kept and told', async () => {
    const trail = newTrail()
    for (let number = 1; number <= 3; number++) {
      trail.nowMs = startMs + number * 60_000
      await trail.write(record(number))
    }
    await trail.end()
    const seal = `${trail.path}.seal`
    trail.put(
      trail
        .lines(seal)
        .map((line) => line.replace('"source":"prod","sourceSequence":1', '"source":"test","sourceSequence":1')),
      seal,
    )
    await trail.write(record(4))
    await trail.end()
    expect(trail.told('damaged')).toMatchObject([{ damage: { in: 'seal' } }])
    expect(await trail.verify()).toMatchObject({ records: 4, problems: [{ kind: 'seal_edited', sequence: 1 }] })
  })

  test('a seal that was deleted: its records are sealed anew, and a checkpoint from before tells', async () => {
    const trail = newTrail()
    await trail.write(...records(1, 3))
    await trail.end()
    const checkpoints = [trail.keep('kept', trail.checkpoints.join(''))]
    rmSync(`${trail.path}.seal`)
    await trail.write(record(4))
    await trail.end()
    expect((await trail.verify({ checkpoints })).problems).toMatchObject([{ kind: 'rewritten', sequence: 3 }])
  })
})
