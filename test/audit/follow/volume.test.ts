/** Many lines through many rotations, with a source that fails and followers that are killed: nothing lost, nothing doubled. */
import { closeSync, openSync, renameSync, writeSync } from 'node:fs'
import { expect, test } from 'vitest'
import { lines, Rig, records } from './rig.ts'

const count = 100_000
const rotations = 20
/** Odd, so that writes, looks and rotations do not fall in step. */
const pieceLines = 577

test('a hundred thousand lines through twenty rotations, failures and restarts', async () => {
  const rig = new Rig()
  const text = Buffer.from(lines(0, count))
  const pieceBytes = Math.ceil(text.length / (count / pieceLines))
  let random = 7
  const draw = (below: number) => {
    random = (random * 48_271) % 2_147_483_647
    return random % below
  }
  let rotated = 0
  let output = openSync(rig.path, 'a')
  await rig.open()
  for (let at = 0, piece = 0; at < text.length; at += pieceBytes, piece++) {
    // Pieces end within lines, and a look may see half of one; a file ends behind one.
    const isRotated = rotated < rotations && piece % 8 === 7
    const cut = isRotated ? text.lastIndexOf(0x0a, at + pieceBytes) + 1 : at + pieceBytes
    writeSync(output, text.subarray(at, cut))
    if (isRotated) {
      closeSync(output)
      renameSync(rig.path, rig.file(`audit-2024-03-05T17-${String(20 + rotated++)}-00.000.log`))
      output = openSync(rig.path, 'a')
      at = cut - pieceBytes
    }
    if (draw(10) === 0) rig.source.fates.push('lost')
    if (draw(4) === 0) await rig.look()
    if (draw(25) === 0) {
      await rig.close()
      await rig.open()
    }
  }
  closeSync(output)
  rig.source.fates.length = 0
  await rig.look()
  expect(rotated).toBe(rotations)
  expect(rig.source.kept.length).toBe(count)
  expect(rig.source.kept).toEqual(records(0, count))
  expect(rig.events.filter(({ kind }) => ['lost', 'truncated', 'replaced', 'torn'].includes(kind))).toEqual([])
  expect(rig.told('failed').length).toBeGreaterThan(0)
})
