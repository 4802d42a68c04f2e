/** Lines of generated source that every scan has: how a tag and a length are read, and a varint is stepped over. */

/** One byte or two is the rule; the rest goes through the reader, which knows over-long varints. */
export const readTag = [
  '    let tag = b[p++]',
  '    if (tag > 127) {',
  '      tag = (tag & 127) | (b[p++] << 7)',
  "      if (tag > 16383) { if (!long.read(b, p - 2, end) || long.value > 0xffffffff) return bad('tag'); tag = long.low; p = long.at }",
  '    }',
]

export const readLength = [
  '      let to = b[p++]',
  '      if (to > 127) {',
  '        to = (to & 127) | (b[p++] << 7)',
  "        if (to > 16383) { if (!long.read(b, p - 2, end)) return bad('varint'); to = long.value; p = long.at }",
  '      }',
  '      to += p',
  "      if (to > end) return bad('truncated')",
]

/** One that does not end before `end` is found when the loop around sees where `p` stands. */
export const skipVarint = ["      for (let n = 1; b[p++] > 127; n++) if (n === 10) return bad('varint')"]
