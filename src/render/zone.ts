/**
 * Local time: the offset of a zone from UTC at a given second, from Node's own zone data, and the abbreviation that goes with it.
 * Cold: asked at most once a second.
 */
import { zoneAbbreviations } from './zone-abbreviations.ts'

export interface Zone {
  /** Offset from UTC in seconds, east positive. `at`: seconds since the epoch, of the years 1 to 9999. */
  offset(at: number): number
  /**
   * What glibc prints for that offset: letters where the zone database has some today, else the offset itself (`+03`, `+0545`),
   * which is what the database does where no letters are in use.
   */
  abbreviation(offset: number): string
}

export const utc: Zone = { offset: () => 0, abbreviation: () => 'UTC' }

/** `name`: an IANA name, or null for the zone of this process. Throws RangeError for an unknown name; `config/` refuses those. */
export function createZone(name: string | null): Zone {
  const format = new Intl.DateTimeFormat('en-US', {
    ...(name === null ? {} : { timeZone: name }),
    timeZoneName: 'longOffset',
  })
  const letters = zoneAbbreviations.get(name ?? '') ?? zoneAbbreviations.get(format.resolvedOptions().timeZone)
  // Clocks change at full minutes, and the entries of a minute come together.
  let minute = Number.NaN
  let offset = 0
  return {
    offset(at) {
      if (Math.floor(at / 60) !== minute) {
        minute = Math.floor(at / 60)
        offset = readOffset(format, at)
      }
      return offset
    },
    abbreviation: (offset) => letters?.get(offset / 60) ?? numericAbbreviation(offset),
  }
}

/** Reads `GMT`, `GMT+05:30` or, long ago, `GMT-00:01:15`. */
function readOffset(format: Intl.DateTimeFormat, at: number): number {
  const text = format.formatToParts(at * 1000).find((part) => part.type === 'timeZoneName')?.value ?? ''
  const match = /([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(text)
  if (!match) return 0
  const [, sign, hours, minutes, seconds] = match
  return (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds ?? 0))
}

function numericAbbreviation(offset: number): string {
  const minutes = Math.floor(Math.abs(offset) / 60)
  const pair = (n: number) => String(n).padStart(2, '0')
  return (offset < 0 ? '-' : '+') + pair(Math.floor(minutes / 60)) + (minutes % 60 === 0 ? '' : pair(minutes % 60))
}
