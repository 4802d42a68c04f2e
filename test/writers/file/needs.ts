/**
 * What a test needs of the machine and may not find on a desk: it is skipped there, aloud, and fails where everything must be checked.
 */

/** `missing`: what is not there, and how to get it; undefined when all is well. */
export function skipUnless(missing: string | undefined, skip: (why: string) => void): void {
  if (missing === undefined) return
  if (process.env['CI']) throw new Error(`with CI set this test must not be skipped: ${missing}`)
  console.warn(`skipped: ${missing}`)
  skip(missing)
}
