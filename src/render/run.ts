/**
 * Constant bytes, ready to be stored four at a time.
 *
 *     [0] length in bytes   [1] bytes 0..3   [2] bytes 4..7   …   the first byte lowest, zeros behind the last
 */
export type Run = Int32Array

/** From a byte string: char codes are bytes. */
export function createRun(bytes: string): Run {
  const run = new Int32Array(1 + Math.ceil(bytes.length / 4))
  run[0] = bytes.length
  for (let i = 0; i < bytes.length; i++) run[1 + (i >> 2)]! |= bytes.charCodeAt(i) << (8 * (i & 3))
  return run
}
