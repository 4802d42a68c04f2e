/** Copying a value inside the memory: words without care for the end, against the ways that JavaScript offers. */
import { createCopy } from '../../src/render/copy.ts'
import { createMemory } from '../../src/wire/memory.ts'
import { race } from '../race.ts'

const memory = createMemory({ inputBytesMax: 1 << 16, outputBytesMax: 1 << 16 })
const { bytes, inputAt, outputAt } = memory
const { copy } = createCopy(memory)
/** Lengths as values have them: methods, codes, hosts, paths, agents. */
const lengths = [3, 8, 16, 36, 13, 24, 110, 45]

bytes.fill(0x61, inputAt, inputAt + 200)
race('copy one value, 3 to 110 bytes', 400_000, {
  'words (ours)': (i) => copy(outputAt, inputAt + (i & 7), inputAt + (i & 7) + lengths[i & 7]!),
  'byte by byte': (i) => {
    let o = outputAt
    for (let at = inputAt + (i & 7), end = at + lengths[i & 7]!; at < end; ) bytes[o++] = bytes[at++]!
    return o
  },
  copyWithin: (i) => {
    const at = inputAt + (i & 7)
    bytes.copyWithin(outputAt, at, at + lengths[i & 7]!)
    return outputAt + lengths[i & 7]!
  },
  'set(subarray)': (i) => {
    const at = inputAt + (i & 7)
    bytes.set(bytes.subarray(at, at + lengths[i & 7]!), outputAt)
    return outputAt + lengths[i & 7]!
  },
})
