/** What somebody with write access may do to a sealed trail, and what the verifier says: kind, file, offset, record. */
import { createHash } from 'node:crypto'
import { copyFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { beginSeal, newChain, sealCheckpoint, sealRecords } from '../../../src/audit/seal/sealer.ts'
import { batchOf } from '../../writers/batches.ts'
import { factsOf, newSigner, newTrail, places, record, records, type Trail } from './kit.ts'

const length = Buffer.byteLength(record(1))

/** `audit-…100.log` with records 1 to 9, `audit-…100.log` a second later with 10 to 19, and the live file with 20 to 29. */
let trail: Trail
let first: string
let second: string

beforeEach(async () => {
  trail = newTrail()
  await trail.write(...records(1, 9))
  first = await trail.rotate()
  await trail.write(...records(10, 19))
  second = await trail.rotate()
  await trail.write(...records(20, 29))
  await trail.end()
})

async function found(options?: Parameters<Trail['verify']>[0]) {
  return places((await trail.verify(options)).problems)
}

const offsetOf = (number: number, from: number) =>
  Array.from({ length: number - from }, (_, i) => Buffer.byteLength(record(from + i))).reduce((a, b) => a + b, 0)

test('an untouched trail has no problems', async () => {
  const checkpoints = [trail.keep('kept', trail.checkpoints.join(''))]
  expect(await trail.verify({ checkpoints })).toMatchObject({ ok: true, records: 29, problems: [], pinned: true })
  expect(await trail.verify({ publicKeys: [] })).toMatchObject({ ok: true, pinned: false, keys: [trail.signer.keyId] })
})

describe('audit files', () => {
  test('a record edited', async () => {
    const lines = trail.lines(first)
    lines[3] = lines[3]!.replace('id-4', 'id-x')
    trail.put(lines, first)
    expect(await found()).toEqual([['edited', basename(first), 3 * length, 4]])
  })

  test('a record made longer does not move the blame', async () => {
    const lines = trail.lines()
    lines[2] = lines[2]!.replace('id-22', 'somebody else')
    trail.put(lines)
    expect(await found()).toEqual([['edited', 'audit.log', offsetOf(22, 20), 22]])
  })

  test('records deleted', async () => {
    trail.put(trail.lines(second).toSpliced(2, 3), second)
    expect((await trail.verify()).problems).toMatchObject([
      {
        kind: 'deleted',
        file: second,
        offset: offsetOf(12, 10),
        sequence: 12,
        count: 3,
        message: 'records 12 to 14 are missing',
      },
    ])
  })

  test('a record deleted together with its line in the seal', async () => {
    trail.put(trail.lines(first).toSpliced(4, 1), first)
    trail.put(trail.lines(`${first}.seal`).toSpliced(5, 1), `${first}.seal`)
    expect(await found()).toEqual([['deleted', basename(first), 4 * length, 5]])
  })

  test('records swapped', async () => {
    const lines = trail.lines(first)
    trail.put([...lines.slice(0, 2), lines[3]!, lines[2]!, ...lines.slice(4)], first)
    expect(await found()).toEqual([['reordered', basename(first), 3 * length, 3]])
  })

  test('a record moved to the end', async () => {
    const lines = trail.lines(first)
    trail.put([...lines.slice(1), lines[0]!], first)
    expect(await found()).toEqual([['reordered', basename(first), 8 * length, 1]])
  })

  test('records moved together with their lines in the seal', async () => {
    for (const [file, at] of [
      [first, 2],
      [`${first}.seal`, 3],
    ] as const) {
      const lines = trail.lines(file)
      trail.put([...lines.slice(0, at), lines[at + 1]!, lines[at]!, ...lines.slice(at + 2)], file)
    }
    const problems = await found()
    expect(problems).toHaveLength(2)
    expect(problems[0]).toEqual(['reordered', basename(first), 3 * length, 3])
    expect(problems[1]).toMatchObject(['reordered', `${basename(first)}.seal`, expect.any(Number), 3])
  })

  test('a record added', async () => {
    trail.put(trail.lines(first).toSpliced(1, 0, record(1000).trimEnd()), first)
    expect(await found()).toEqual([['unsealed', basename(first), length, null]])
  })

  test('records added at the end of the live file', async () => {
    writeFileSync(trail.path, `${record(30)}${record(31)}`, { flag: 'a' })
    expect((await trail.verify()).problems).toMatchObject([
      { kind: 'unsealed', file: trail.path, offset: offsetOf(30, 20), count: 2 },
    ])
  })

  test('the tail of a file cut off', async () => {
    trail.put(trail.lines(first).slice(0, 6), first)
    expect((await trail.verify()).problems).toMatchObject([
      { kind: 'cut_tail', file: first, offset: 6 * length, sequence: 7, count: 3 },
    ])
  })

  test('a line torn', async () => {
    writeFileSync(trail.path, trail.read().slice(0, -5))
    expect(await found()).toEqual([['torn', 'audit.log', offsetOf(29, 20), 29]])
  })

  test('contents of two files swapped', async () => {
    const [a, b] = [trail.read(first), trail.read(second)]
    writeFileSync(first, b)
    writeFileSync(second, a)
    expect(await found()).toEqual([
      ['swapped', basename(first), 0, 1],
      ['swapped', basename(second), 0, 10],
    ])
  })

  test('names of two files and their seals swapped', async () => {
    for (const suffix of ['', '.seal']) {
      renameSync(`${first}${suffix}`, `${first}.away`)
      renameSync(`${second}${suffix}`, `${first}${suffix}`)
      renameSync(`${first}.away`, `${second}${suffix}`)
    }
    expect(await found()).toEqual([
      ['swapped', basename(first), 0, 10],
      ['swapped', basename(second), 0, 1],
    ])
  })

  test.each(['with its seal', 'alone'])('a file removed %s', async (how) => {
    rmSync(second)
    if (how === 'with its seal') rmSync(`${second}.seal`)
    expect(await found()).toEqual([['missing_file', basename(second), 0, 10]])
  })

  test('the oldest file removed, and the manifest with it', async () => {
    for (const file of [first, `${first}.seal`, `${trail.path}.manifest`]) rmSync(file)
    expect(await found()).toEqual([['missing_file', `${basename(second)}.seal`, 0, 1]])
  })

  test('the live file removed', async () => {
    rmSync(trail.path)
    expect(await found()).toContainEqual(['missing_file', 'audit.log', 0, 20])
  })

  test('a file that stands in for another', async () => {
    for (const suffix of ['', '.seal']) copyFileSync(`${first}${suffix}`, `${second}${suffix}`)
    const problems = await found()
    expect(problems).toContainEqual(['swapped', basename(second), 0, 1])
    expect(problems).toContainEqual(['missing_file', basename(second), 0, 10])
  })

  test('a seal removed', async () => {
    rmSync(`${first}.seal`)
    expect(await found()).toContainEqual(['missing_seal', basename(first), 0, null])
  })
})

describe('seals', () => {
  test('a line edited: who it was that sent the record', async () => {
    const seal = `${first}.seal`
    const lines = trail.lines(seal)
    const offset = lines.slice(0, 3).join('\n').length + 1
    lines[3] = lines[3]!.replace('"prod"', '"test"')
    trail.put(lines, seal)
    expect(await found()).toEqual([['seal_edited', `${basename(first)}.seal`, offset, 3]])
  })

  test('the end of a rotated seal cut off', async () => {
    trail.put(trail.lines(`${first}.seal`).slice(0, -2), `${first}.seal`)
    expect(await found()).toContainEqual(['cut_tail', `${basename(first)}.seal`, expect.any(Number), 10])
  })

  test('records and their seals cut off the live file: only a checkpoint tells', async () => {
    const checkpoints = [trail.keep('kept', trail.checkpoints.join(''))]
    trail.put(trail.lines().slice(0, 4))
    trail.put(trail.lines(`${trail.path}.seal`).slice(0, 5), `${trail.path}.seal`)
    expect(await found()).toEqual([])
    expect((await trail.verify({ checkpoints })).problems).toMatchObject([
      { kind: 'cut_tail', file: trail.path, offset: offsetOf(24, 20), sequence: 24, count: 6 },
    ])
  })

  test('an old state of everything put back: the newest checkpoint tells', async () => {
    const now = trail.checkpoints.join('')
    for (const file of [`${trail.path}`, `${trail.path}.seal`]) rmSync(file)
    renameSync(second, trail.path)
    const seal = trail.lines(`${second}.seal`).slice(0, -2)
    rmSync(`${second}.seal`)
    trail.put(seal, `${trail.path}.seal`)
    trail.put(trail.lines(`${trail.path}.manifest`).slice(0, 1), `${trail.path}.manifest`)
    expect(await found()).toEqual([])
    expect(await found({ checkpoints: [trail.keep('kept', now)] })).toContainEqual([
      'cut_tail',
      'audit.log',
      offsetOf(20, 10),
      20,
    ])
  })

  test('a record edited, and the chain computed anew', async () => {
    const lines = trail.lines()
    lines[4] = lines[4]!.replace('id-24', 'id-xx')
    trail.put(lines)
    rechain(trail, (members, i) => {
      if (i === 4) members['record'] = createHash('sha256').update(`${lines[4]}\n`).digest('hex')
    })
    expect(await found()).toEqual([['rewritten', 'audit.log', 0, 20]])
  })

  test('the same without its checkpoints: those kept elsewhere tell', async () => {
    const lines = trail.lines()
    lines[4] = lines[4]!.replace('id-24', 'id-xx')
    trail.put(lines)
    rechain(trail, (members, i) => {
      if (i === 4) members['record'] = createHash('sha256').update(`${lines[4]}\n`).digest('hex')
    })
    const seal = trail.lines(`${trail.path}.seal`)
    trail.put(
      seal.filter((line) => !line.startsWith('{"kind":"checkpoint"')),
      `${trail.path}.seal`,
    )
    const checkpoints = [trail.keep('kept', trail.checkpoints.join(''))]
    expect(await found({ checkpoints })).toEqual([['rewritten', basename(second), offsetOf(20, 10), 20]])
  })

  test('the live file written anew with another key', async () => {
    const thief = newSigner()
    const [begin] = trail.lines(`${trail.path}.seal`)
    const { chain, sequence, previous, checkpoint, sources } = JSON.parse(begin!)
    const link = { chain, sequence, sources: new Map(Object.entries<number>(sources)), hash: previous, checkpoint }
    forge(trail, { link, signer: thief, entries: records(20, 29).with(3, record(1)) })
    const seal = 'audit.log.seal'
    expect(await found()).toEqual([
      ['foreign_key', seal, 0, 19],
      ['foreign_key', seal, expect.any(Number), 29],
    ])
    expect(await found({ publicKeys: [] })).toEqual(await found())
  })

  test('everything made anew with another key', async () => {
    const thief = newSigner()
    const checkpoints = [trail.keep('kept', trail.checkpoints.join(''))]
    for (const file of [first, second, `${first}.seal`, `${second}.seal`, `${trail.path}.manifest`]) rmSync(file)
    forge(trail, { link: newChain('f'.repeat(32)), signer: thief, entries: records(20, 29) })
    expect(await found()).toContainEqual(['foreign_key', 'audit.log.seal', 0, 0])
    expect(await found({ checkpoints })).toContainEqual(['rewritten', 'kept', expect.any(Number), 29])
    expect(await found({ publicKeys: [] })).toEqual([])
  })

  test('an old checkpoint put at the end again, as the newest', async () => {
    const seal = `${trail.path}.seal`
    const old = trail.lines(`${second}.seal`).at(-1)!
    const lines = trail.lines(seal)
    const offset = trail.read(seal).length
    trail.put([...lines, old], seal)
    expect(await found()).toEqual([['replayed_checkpoint', 'audit.log.seal', offset, 19]])
  })

  test('an old checkpoint put at the end again, chained', async () => {
    const seal = `${trail.path}.seal`
    const old = trail.lines(`${second}.seal`).at(-1)!
    const lines = trail.lines(seal).slice(0, -1)
    trail.put([...lines, old], seal)
    rechain(trail, () => {})
    const offset = lines.join('\n').length + 1
    expect(await found()).toEqual([['replayed_checkpoint', 'audit.log.seal', offset, 19]])
  })

  test('a signature that is not right', async () => {
    const seal = `${trail.path}.seal`
    const lines = trail.lines(seal)
    const { signature } = JSON.parse(lines.at(-1)!)
    trail.put([...lines.slice(0, -1), lines.at(-1)!.replace(signature.slice(0, 4), 'AAAA')], seal)
    rechain(trail, () => {})
    expect(await found()).toEqual([['bad_signature', 'audit.log.seal', lines.slice(0, -1).join('\n').length + 1, 29]])
  })
})

describe('the manifest', () => {
  test('a removal invented', async () => {
    const manifest = `${trail.path}.manifest`
    for (const file of [second, `${second}.seal`]) rmSync(file)
    const [, line = ''] = trail.lines(manifest)
    const invented = line.replace('"closed"', '"removed"').replace('"chain"', '"reason":"retention","chain"')
    writeFileSync(manifest, `${invented}\n`, { flag: 'a' })
    const problems = await found()
    expect(problems).toContainEqual(['missing_file', basename(second), 0, 10])
    expect(problems).toContainEqual([
      'bad_signature',
      'audit.log.manifest',
      trail.read(manifest).indexOf(invented),
      null,
    ])
  })

  test('a line taken out', async () => {
    trail.put(trail.lines(`${trail.path}.manifest`).slice(1), `${trail.path}.manifest`)
    const problems = await found()
    expect(problems).toContainEqual(['manifest_edited', 'audit.log.manifest', 0, 10])
    expect(problems).toContainEqual(['manifest_edited', basename(first), 0, 1])
  })
})

/** Hashes of the live seal anew, as anybody can compute them; `change`: members of line i of the records, from 0. */
function rechain(of: Trail, change: (members: Record<string, unknown>, i: number) => void): void {
  const seal = `${of.path}.seal`
  let previous = ''
  const lines = of.lines(seal).map((line, i) => {
    const { hash: _, ...members } = JSON.parse(line)
    previous ||= members.previous
    if (members.kind === 'record') change(members, i - 1)
    const facts = JSON.stringify(members).slice(0, -1)
    previous = createHash('sha256').update(`als-sink seal 1\n${previous}\n${facts}`).digest('hex')
    return `${facts},"hash":"${previous}"}`
  })
  of.put(lines, seal)
}

function forge(
  of: Trail,
  { link, signer, entries }: { link: ReturnType<typeof newChain>; signer: Trail['signer']; entries: readonly string[] },
): void {
  const now = { at: of.nowMs, signer }
  const begun = beginSeal(link, now)
  const { bytes, entryEnds, groups } = batchOf(entries)
  const range = { bytes, entryEnds, from: 0, to: entries.length }
  const sealed = sealRecords(begun.state, range, () => factsOf({ ...groups[0]!.stream, logName: 'prod' }))
  const checkpoint = sealCheckpoint(sealed.state, now)
  writeFileSync(of.path, bytes)
  writeFileSync(`${of.path}.seal`, begun.text + sealed.text + checkpoint.text)
}
