/**
 * A document that passed the schema becomes the `Config` that the program uses: names given, units in the names, formats in one
 * form. Faults that need parsed values (two backends that disagree about one file) are found here.
 */
import { resolve } from 'node:path'
import type { Backend, Config, FileBackend, KumaValues, PipelineConfig } from './config.ts'
import type { Outside } from './data-source.ts'
import type { Findings } from './findings.ts'
import { lowerFormat } from './formats.ts'
import { formatSize, isLoopback } from './scalars.ts'
import type { SinkDocument } from './schema.ts'

export interface LowerOptions {
  /** Whether the document itself sets `listen.http`. */
  readonly httpAsked: boolean
  readonly outside: Outside
}

/** Deeply frozen. */
export function lower(document: SinkDocument, findings: Findings, { httpAsked, outside }: LowerOptions): Config {
  const { listen, limits } = document
  checkHttp(listen.http, httpAsked, findings)
  if (limits.messageBytes > limits.memory) {
    const message = `must not exceed limits.memory (${formatSize(limits.memory)}).`
    findings.fault('wrong_value', 'limits.messageBytes', message)
  }
  const names = new Set(document.pipelines.flatMap(({ backends }) => backends.flatMap(({ name }) => name ?? [])))
  const pipelines = document.pipelines.map((pipeline, i) =>
    lowerPipeline(pipeline, i, { count: document.pipelines.length, names, outside, findings }),
  )
  checkSharedFiles(pipelines, findings)
  return deepFreeze({
    listen,
    limits: {
      memoryBytesMax: limits.memory,
      streamsMax: limits.streams,
      connectionsMax: limits.connections,
      messageBytesMax: limits.messageBytes,
    },
    pipelines,
    timeZone: document.timeZone,
    kuma: { ...document.kuma, values: givenValues(document.kuma.values) },
    log: document.log,
    shutdown: { graceMs: Math.round(document.shutdown.graceSeconds * 1000) },
  })
}

function givenValues(values: SinkDocument['kuma']['values']): KumaValues {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null))
}

type PipelineDocument = SinkDocument['pipelines'][number]

interface PipelineOptions {
  readonly count: number
  /** Names of backends that are taken. */
  readonly names: Set<string>
  readonly outside: Outside
  readonly findings: Findings
}

function lowerPipeline(
  pipeline: PipelineDocument,
  i: number,
  { count, names, outside, findings }: PipelineOptions,
): PipelineConfig {
  const name = pipeline.name ?? (count === 1 ? 'default' : `pipeline-${i + 1}`)
  const backends = pipeline.backends.map((backend, j): Backend => {
    const path = `pipelines[${i}].backends[${j}]`
    return {
      type: backend.type,
      name: backend.name ?? freeName(`${name}/file`, names),
      path,
      file: {
        path: backend.file.path,
        format: lowerFormat(backend.file, `${path}.file`, outside, findings),
        mode: backend.file.mode,
      },
      textSafety: backend.textSafety,
      contentTypeListed: backend.contentTypeListed,
      queue: {
        bytesMax: backend.queue.maxBytes,
        whenFull: backend.queue.whenFull,
        flushAfterMs: backend.queue.flushAfter,
      },
    }
  })
  return { name, match: pipeline.match, backends }
}

/** `access/file`, then `access/file-2`, … */
function freeName(wanted: string, taken: Set<string>): string {
  let name = wanted
  for (let n = 2; taken.has(name); n++) name = `${wanted}-${n}`
  taken.add(name)
  return name
}

/** One path has one open file behind it, which cannot have two modes. */
function checkSharedFiles(pipelines: readonly PipelineConfig[], findings: Findings): void {
  const firstOf = new Map<string, FileBackend>()
  for (const backend of pipelines.flatMap((pipeline) => pipeline.backends)) {
    const path = resolve(backend.file.path)
    const first = firstOf.get(path)
    if (!first) firstOf.set(path, backend)
    else if (first.file.mode !== backend.file.mode) {
      findings.fault(
        'conflict',
        `${backend.path}.file.mode`,
        `differs from ${first.path}.file.mode, which is the same file.`,
      )
    }
  }
}

function checkHttp(http: Config['listen']['http'], asked: boolean, findings: Findings): void {
  if (!http || !asked) return
  if (!isLoopback(http)) {
    findings.fault(
      'unsafe',
      'listen.http',
      'is not a loopback address; plain HTTP beyond loopback is not supported by this version.',
    )
  } else {
    findings.warning('not_yet', 'listen.http', 'is accepted, but nothing listens there in this version.')
  }
}

function deepFreeze<T>(value: T): T {
  // Bytes cannot be frozen.
  if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const member of Object.values(value)) deepFreeze(member)
  }
  return value
}
