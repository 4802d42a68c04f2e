/**
 * Waits for a named condition, not for a time: as soon as it holds, or with an error that says what never came.
 */
export async function until(what: string, condition: () => boolean, withinMs = 10_000): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`${withinMs} ms went by without this: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}
