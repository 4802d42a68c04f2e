/**
 * SipHash-2-4 with an answer of 128 bits (Aumasson and Bernstein, "SipHash: a fast short-input PRF", and their reference code for the longer
 * answer): tells texts apart, for who keeps the key to himself, in two thirds of the time of a SHA-256.
 */

/**
 * Of the text from `at` up to `end`; seven bytes behind it may be read. The 16 bytes of the key are at `key`, and those of the answer go to
 * `answer`. Its four numbers are local, and the rounds of a word stand here twice: with a loop of two it takes a quarter longer.
 */
export function keyedHash(at: u32, end: u32, key: u32, answer: u32): void {
  let v0: u64 = load<u64>(key) ^ 0x736f6d6570736575
  let v1: u64 = load<u64>(key, 8) ^ 0x646f72616e646f6d ^ 0xee
  let v2: u64 = load<u64>(key) ^ 0x6c7967656e657261
  let v3: u64 = load<u64>(key, 8) ^ 0x7465646279746573
  const length: u64 = end - at
  for (let isLast = false; !isLast; at += 8) {
    isLast = end - at < 8
    // Last come the bytes that are left, and the length above them.
    const word: u64 = isLast
      ? (load<u64>(at) & ((<u64>1 << (<u64>(end - at) << 3)) - 1)) | (length << 56)
      : load<u64>(at)
    v3 ^= word
    v0 += v1
    v1 = rotl(v1, 13) ^ v0
    v0 = rotl(v0, 32)
    v2 += v3
    v3 = rotl(v3, 16) ^ v2
    v0 += v3
    v3 = rotl(v3, 21) ^ v0
    v2 += v1
    v1 = rotl(v1, 17) ^ v2
    v2 = rotl(v2, 32)
    v0 += v1
    v1 = rotl(v1, 13) ^ v0
    v0 = rotl(v0, 32)
    v2 += v3
    v3 = rotl(v3, 16) ^ v2
    v0 += v3
    v3 = rotl(v3, 21) ^ v0
    v2 += v1
    v1 = rotl(v1, 17) ^ v2
    v2 = rotl(v2, 32)
    v0 ^= word
  }
  v2 ^= 0xee
  for (let half: u32 = 0; half < 2; half++) {
    for (let i = 0; i < 4; i++) {
      v0 += v1
      v1 = rotl(v1, 13) ^ v0
      v0 = rotl(v0, 32)
      v2 += v3
      v3 = rotl(v3, 16) ^ v2
      v0 += v3
      v3 = rotl(v3, 21) ^ v0
      v2 += v1
      v1 = rotl(v1, 17) ^ v2
      v2 = rotl(v2, 32)
    }
    store<u64>(answer + (half << 3), v0 ^ v1 ^ v2 ^ v3)
    v1 ^= 0xdd
  }
}
