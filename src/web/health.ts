/**
 * `/healthz` and `/readyz`, as orchestrators ask for them. Healthy: the process turns its loop, or it could not answer; restarting it
 * would lose what is queued, so nothing else makes it unhealthy. Ready: it takes streams; not while it stops, and not while the memory
 * for waiting data is used up, since new streams are refused then. A destination that is down makes neither untrue: its lines wait.
 */
import type { Answer, Route } from './server.ts'

export interface Readiness {
  /** Why the sink takes no streams now; empty: it takes them. */
  readonly hindrances: readonly string[]
  /** What a person wants to know next; each with its own words. */
  readonly backends: readonly {
    readonly name: string
    readonly queued: number
    readonly spooled: number
    /** Why the last write failed; null when it did not. */
    readonly trouble: string | null
  }[]
}

export const healthz: Route = () => ({ status: 200, type: 'text/plain; charset=utf-8', body: 'ok\n' })

export function readyz(readiness: () => Readiness): Route {
  return (): Answer => {
    const { hindrances, backends } = readiness()
    const isReady = hindrances.length === 0
    const body = `${JSON.stringify({ ready: isReady, hindrances, backends }, null, 2)}\n`
    return { status: isReady ? 200 : 503, type: 'application/json', body }
  }
}
