import { describe, expect, test } from 'vitest'
import { createZone, utc } from '../../src/render/zone.ts'
import { zoneAbbreviations } from '../../src/render/zone-abbreviations.ts'

const january = Date.UTC(2026, 0, 15) / 1000
const july = Date.UTC(2026, 6, 15) / 1000

/** `IST +05:30` as glibc would say it, in January and in July. */
function told(name: string): string[] {
  const zone = createZone(name)
  return [january, july].map((at) => `${zone.abbreviation(zone.offset(at))} ${zone.offset(at) / 60}`)
}

describe('offset in minutes and abbreviation, in January and in July', () => {
  test.each([
    ['UTC', 'UTC 0', 'UTC 0'],
    ['Etc/GMT', 'GMT 0', 'GMT 0'],
    ['Asia/Kolkata', 'IST 330', 'IST 330'],
    ['Asia/Calcutta', 'IST 330', 'IST 330'],
    ['Europe/Vienna', 'CET 60', 'CEST 120'],
    ['Europe/London', 'GMT 0', 'BST 60'],
    ['Europe/Dublin', 'GMT 0', 'IST 60'],
    ['America/New_York', 'EST -300', 'EDT -240'],
    ['US/Pacific', 'PST -480', 'PDT -420'],
    ['America/St_Johns', 'NST -210', 'NDT -150'],
    ['Australia/Adelaide', 'ACDT 630', 'ACST 570'],
    // No letters are in use there: the offset is the abbreviation.
    ['America/Sao_Paulo', '-03 -180', '-03 -180'],
    ['Asia/Kathmandu', '+0545 345', '+0545 345'],
    ['Pacific/Chatham', '+1345 825', '+1245 765'],
    ['Etc/GMT+5', '-05 -300', '-05 -300'],
  ])('%s', (name, ...expected) => {
    expect(told(name)).toEqual(expected)
  })
})

test('UTC needs no zone data', () => {
  expect([utc.offset(july), utc.abbreviation(0)]).toEqual([0, 'UTC'])
})

test('the clocks change at the right second', () => {
  const zone = createZone('Europe/Vienna')
  const spring = Date.UTC(2026, 2, 29, 1) / 1000
  expect([spring - 1, spring, spring - 1].map((at) => zone.offset(at))).toEqual([3600, 7200, 3600])
})

test('local mean time has seconds', () => {
  expect(createZone('Europe/Amsterdam').offset(Date.UTC(1830, 0, 1) / 1000) % 60).not.toBe(0)
})

test('the zone of the process is the one that Node says', () => {
  const here = new Intl.DateTimeFormat().resolvedOptions().timeZone
  expect(createZone(null).offset(july)).toBe(createZone(here).offset(july))
})

test('an unknown zone is refused', () => {
  expect(() => createZone('Mars/Olympus')).toThrow(RangeError)
})

test('every zone of the table is one that Node knows, at an offset that it has this year', () => {
  for (const [name, byOffset] of zoneAbbreviations) {
    const zone = createZone(name)
    const offsets = [january, july].map((at) => zone.offset(at) / 60)
    expect({ name, known: offsets.some((offset) => byOffset.has(offset)) }).toEqual({ name, known: true })
  }
})
