/** One followed file: whole lines of any length, and what tells that it is not what it was. */
import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FollowedFile } from '../../../src/audit/follow/followed-file.ts'
import { auditFollowBlockBytes, auditFollowHeadBytes } from '../../../src/limits.ts'

let folder: string
let path: string
let file: FollowedFile | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'als-sink-followed-'))
  path = join(folder, 'audit.log')
})
afterEach(async () => {
  await file?.close()
  file = undefined
  rmSync(folder, { recursive: true })
})

async function openWith(text: string): Promise<FollowedFile> {
  writeFileSync(path, text)
  file = (await FollowedFile.open(path))!
  return file
}

/** Everything that is complete, as a round reads it. */
async function readAll(of: FollowedFile, ending = false): Promise<string> {
  let text = ''
  for (;;) {
    const bytes = await of.read(Buffer.byteLength(text), ending)
    if (bytes === null) return text
    expect(bytes.length).toBeLessThanOrEqual(auditFollowBlockBytes)
    of.note(Buffer.byteLength(text), bytes)
    text += bytes.toString()
  }
}

describe('lines', () => {
  test('half a line waits for its end', async () => {
    const followed = await openWith('{"a":1}\n{"b":')
    expect(await readAll(followed)).toBe('{"a":1}\n')
    appendFileSync(path, '2}\n')
    expect(await readAll(followed)).toBe('{"a":1}\n{"b":2}\n')
  })

  test('of a file that is left the last one needs no end', async () => {
    expect(await readAll(await openWith('{"a":1}\n{"b":2}'), true)).toBe('{"a":1}\n{"b":2}')
  })

  test.each([-1, 0, 1, 5_000, auditFollowBlockBytes])(
    'a line of a block and %i bytes comes in pieces',
    async (more) => {
      const long = `"${'x'.repeat(auditFollowBlockBytes + more)}"`
      const followed = await openWith(`1\n${long}`)
      expect(await readAll(followed)).toBe('1\n')
      appendFileSync(path, '\n2\n3')
      expect(await readAll(followed)).toBe(`1\n${long}\n2\n`)
    },
  )

  test('a long line that grows slowly is found complete once it is', async () => {
    const piece = 'x'.repeat(auditFollowBlockBytes / 2)
    const followed = await openWith(piece)
    for (let i = 0; i < 5; i++) {
      expect(await readAll(followed)).toBe('')
      appendFileSync(path, piece)
    }
    appendFileSync(path, '\n')
    expect(await readAll(followed)).toBe(`${piece.repeat(6)}\n`)
  })
})

describe('what it was', () => {
  test('stays so while it grows and is renamed', async () => {
    const followed = await openWith('{"a":1}\n')
    await readAll(followed)
    appendFileSync(path, '{"b":2}\n')
    renameSync(path, `${path}.1`)
    expect(await followed.judge(16)).toBe('sound')
  })

  test('is not so when it is shorter than what was read', async () => {
    const followed = await openWith('{"a":1}\n{"b":2}\n')
    await readAll(followed)
    truncateSync(path, 8)
    expect(await followed.judge(16)).toBe('truncated')
    expect(await followed.judge(8)).toBe('sound')
  })

  test('is not so when it has another first line, be it of the same length', async () => {
    const followed = await openWith('{"a":1}\n{"b":2}\n')
    await readAll(followed)
    writeFileSync(path, '{"a":2}\n{"b":2}\n')
    expect(await followed.judge(16)).toBe('replaced')
  })

  test('is told by no more than the head of a long first line', async () => {
    const head = 'x'.repeat(auditFollowHeadBytes)
    const followed = await openWith(`${head}a\n`)
    await readAll(followed)
    writeFileSync(path, `${head}b\n`)
    expect(await followed.judge()).toBe('sound')
    expect(followed.position(path).firstLine?.bytes).toBe(auditFollowHeadBytes)
  })
})

describe('opening', () => {
  test('what is not there is undefined', async () => {
    expect(await FollowedFile.open(path)).toBeUndefined()
  })

  test('a folder is refused', async () => {
    mkdirSync(path)
    await expect(FollowedFile.open(path)).rejects.toThrow('no regular file')
  })

  test('a FIFO is refused, and its writer is not waited for', async () => {
    execFileSync('mkfifo', [path])
    await expect(FollowedFile.open(path)).rejects.toThrow('no regular file')
  })
})
