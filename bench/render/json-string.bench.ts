/** A value as a JSON string: words tested and copied at once, against bytes one by one and against JSON.stringify. */
import { createJsonStrings } from '../../src/render/json-string.ts'
import { createMemory } from '../../src/wire/memory.ts'
import { race } from '../race.ts'

const memory = createMemory({ inputBytesMax: 1 << 16, outputBytesMax: 1 << 16 })
const { bytes, inputAt, outputAt } = memory
const { jsonString } = createJsonStrings(memory)

function byteByByte(o: number, at: number, end: number): number {
  bytes[o++] = 0x22
  for (; at < end; at++) {
    const byte = bytes[at]!
    if (byte < 0x20 || byte === 0x22 || byte === 0x5c || byte > 0x7f) return jsonString(outputAt, inputAt, end)
    bytes[o++] = byte
  }
  bytes[o] = 0x22
  return o + 1
}

const values = {
  'plain user agent, 101 bytes':
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
  'with a quote': 'kube-probe/1.30 "readiness"',
  'UTF-8': 'Größe und Maß, 東京',
}
for (const [name, value] of Object.entries(values)) {
  const raw = Buffer.from(value)
  bytes.set(raw, inputAt)
  const end = inputAt + raw.length
  const buffer = Buffer.from(bytes.buffer)
  race(name, 200_000, {
    'words (ours)': () => jsonString(outputAt, inputAt, end),
    'byte by byte, same slow way': () => byteByByte(outputAt, inputAt, end),
    'toString + JSON.stringify': () => buffer.write(JSON.stringify(buffer.toString('utf8', inputAt, end)), outputAt),
  })
}
