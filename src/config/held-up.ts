/**
 * Backends that hold up others: a full queue set to `block` pauses the streams that feed it, and with them everyone else who gets their
 * entries. That is what was asked for, so it is a warning.
 */
import type { Backend, Match, PipelineConfig } from './config.ts'
import type { Findings } from './findings.ts'
import { globsOverlap } from './glob-overlap.ts'

/** Names that one warning tells. */
const namesMax = 3

/** One warning for each backend that blocks. `destinationOf`: the same text for the same destination, which stalls for all alike. */
export function warnOfHeldUp(
  pipelines: readonly PipelineConfig[],
  destinationOf: (backend: Backend) => string,
  findings: Findings,
): void {
  for (const pipeline of pipelines) {
    const blocking = pipeline.backends.filter(({ queue }) => queue.whenFull === 'block')
    if (blocking.length === 0) continue
    const sharing = pipelines.filter(({ match }) => overlap(match, pipeline.match)).flatMap(({ backends }) => backends)
    for (const backend of blocking) {
      const destination = destinationOf(backend)
      const heldUp = sharing.filter((other) => destinationOf(other) !== destination)
      if (heldUp.length > 0) warn(backend, heldUp, findings)
    }
  }
}

function warn({ path }: Backend, heldUp: readonly Backend[], findings: Findings): void {
  const names = heldUp.slice(0, namesMax).map(({ name }) => name)
  if (heldUp.length > namesMax) names.push(`${heldUp.length - namesMax} more`)
  const list = names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : names.join()
  findings.warning(
    'holds_up',
    `${path}.queue.whenFull`,
    `is block, so while this destination stalls, ${list} ${names.length > 1 ? 'get' : 'gets'} nothing from the streams they share.\n` +
      'dropOldest and dropNewest hold up nobody, and count what they drop.',
  )
}

/** Whether one stream can be taken by both. Envoy sends HTTP and TCP entries on streams of their own. */
function overlap(a: Match, b: Match): boolean {
  return (
    (a.entries === b.entries || a.entries === 'all' || b.entries === 'all') &&
    globsOverlap(a.logName, b.logName) &&
    globsOverlap(a.nodeId, b.nodeId) &&
    globsOverlap(a.nodeCluster, b.nodeCluster)
  )
}
