/**
 * A pipeline: which entries it takes, and the backends that get each of them. Several backends, of one pipeline or of many, may
 * share an outbox when they name the same destination.
 */
import type { Programs } from '../engine/program.ts'
import type { Identifier } from '../identifier.ts'
import { compileGlob } from './glob.ts'
import type { Outbox } from './outbox.ts'
import type { EntryKind } from './route.ts'

/** All conditions must hold; the patterns know `*`. */
export interface Match {
  readonly entries: 'all' | EntryKind
  readonly logName: string
  readonly nodeId: string
  readonly nodeCluster: string
}

export interface Backend {
  readonly programs: Programs
  readonly outbox: Outbox
}

export interface PipelineOptions {
  readonly name: string
  readonly match: Match
  readonly backends: readonly Backend[]
}

export interface Pipeline {
  readonly name: string
  readonly backends: readonly Backend[]
  /** Whether it takes entries of this kind from this stream. */
  takes(kind: EntryKind, stream: Identifier): boolean
}

export function createPipeline({ name, match, backends }: PipelineOptions): Pipeline {
  const logName = compileGlob(match.logName)
  const nodeId = compileGlob(match.nodeId)
  const nodeCluster = compileGlob(match.nodeCluster)
  return {
    name,
    backends,
    takes: (kind, stream) =>
      (match.entries === 'all' || match.entries === kind) &&
      logName(stream.logName) &&
      nodeId(stream.nodeId) &&
      nodeCluster(stream.nodeCluster),
  }
}
