/** How V8 keeps the memory of this process: by its own rules it is made for programs whose heap is most of what they need. */
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import { youngHeapBytes } from '../limits.ts'

/** For the command, once and at its start, before the heap has grown: the library leaves its process alone. */
export function tuneHeap(): void {
  // The heap is small and lives long, while the socket reads of a busy sink come and go beside it by hundreds of megabytes a second.
  // V8 counts both together, and by its own rule marks the whole heap for every few dozen megabytes: a fifth of all CPU time. Let
  // what is not the heap grow to sixteen times the heap first; nearly all of it is freed by scavenges on the way. In
  // bench/end-to-end.ts this made 0.6 µs an entry into 0.06.
  setFlagsFromString('--heap-growing-percent=1500')
  growYoungHeap()
  setFlagsFromString('--semi-space-growth-factor=1')
}

/** An array that survives; V8 lets young objects have more room when many do. */
const survivorLength = 4096
/** Ten times as many as it takes. */
const survivorsMax = 1000

/**
 * Once V8 runs there is no flag for the size of the heap's young part, only for how it grows. It begins with 2 MiB; loading modules would make
 * 32 of it, which it keeps.
 */
function growYoungHeap(): void {
  const survivors: unknown[] = []
  while (youngBytes() < youngHeapBytes && survivors.length < survivorsMax) {
    survivors.push(new Array(survivorLength).fill(0.5))
  }
}

function youngBytes(): number {
  return getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')?.space_size ?? youngHeapBytes
}
