/** Before a server is measured. */
import type { Load } from './load.ts'
import { sendLoad } from './load.ts'
import type { ServerProcess } from './server-process.ts'

/**
 * Sends at least as long as a measurement takes, so that the just-in-time compilers are done. Returns the speed at the end, in loads a second.
 * `bytesPerPass`: what the server writes for the load.
 */
export async function warmUp(
  server: ServerProcess,
  load: Load,
  bytesPerPass: number,
  seconds: number,
): Promise<number> {
  server.emptyFile()
  const startedMs = performance.now()
  let passes = 0
  for (let repeat = 1; ; repeat *= 2) {
    const beganMs = performance.now()
    await sendLoad({ port: server.port, load, repeat })
    const nowMs = performance.now()
    passes += repeat
    if (nowMs - startedMs < seconds * 1000) continue
    await server.wrote(bytesPerPass * passes)
    return (repeat * 1000) / (nowMs - beganMs)
  }
}
