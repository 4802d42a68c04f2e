/**
 * Export requests: a batch whose entries are encoded log records, wrapped without looking into them.
 *
 *     ExportLogsServiceRequest
 *       ResourceLogs                     one for each set of equal resource attributes
 *         Resource                       log_name, zone_name, cluster_name, node_name of the stream, what is known of it, what is configured
 *         ScopeLogs                      one
 *           InstrumentationScope         when there is one
 *           LogRecord …                  entries of the batch, in their order
 *
 * Those of the stream are what Envoy's own exporter sends, be they empty.
 */
import type { Batch, Group } from '../../batch.ts'
import { otlpRequestBytesMax } from '../../limits.ts'
import { fieldBytes, MessageWriter } from '../../wire/message-writer.ts'

/** `number << 3 | 2` of the fields that a request is made of; all are length-delimited. */
export interface OtlpTags {
  readonly resourceLogs: number
  readonly resource: number
  readonly attributes: number
  readonly key: number
  readonly value: number
  readonly stringValue: number
  readonly scopeLogs: number
  readonly scope: number
  readonly scopeName: number
  readonly scopeVersion: number
  readonly logRecords: number
}

export interface RequestOptions {
  readonly tags: OtlpTags
  /** Of every stream. They win over those that the stream gives, key by key. */
  readonly resourceAttributes: readonly (readonly [key: string, value: string])[]
  readonly scope: { readonly name: string; readonly version: string } | undefined
  /** Default 3.5 MiB. */
  readonly requestBytesMax?: number
}

interface ExportRequest {
  readonly bytes: Uint8Array
  /** How many entries it holds, those from the asked one on. */
  readonly entries: number
}

/** A stream's `resource` field, encoded; `key` is the same for equal ones. */
interface Resource {
  readonly key: string
  readonly field: Uint8Array
}

/** What becomes one ResourceLogs. */
interface Section {
  readonly resource: Resource
  /** Pairs: entries `[runs[2i], runs[2i + 1])` of the batch. */
  readonly runs: number[]
  recordsBytes: number
}

export class RequestEncoder {
  readonly #tags: OtlpTags
  readonly #configured: RequestOptions['resourceAttributes']
  /** The `scope` field, encoded; empty when there is none. */
  readonly #scope: Uint8Array
  readonly #bytesMax: number
  readonly #resources = new WeakMap<Group['stream'], Resource>()

  constructor({ tags, resourceAttributes, scope, requestBytesMax = otlpRequestBytesMax }: RequestOptions) {
    this.#tags = tags
    this.#configured = resourceAttributes
    this.#scope = scope === undefined ? new Uint8Array(0) : encodeScope(tags, scope)
    this.#bytesMax = requestBytesMax
  }

  /** The request that holds entry `from` and as many after it as fit. The batch is borrowed during the call only. */
  encode(batch: Batch, from: number): ExportRequest {
    const { sections, to } = this.#divide(batch, from)
    const tags = this.#tags
    const inner = sections.map(({ resource, recordsBytes }) => {
      const scopeLogs = this.#scope.length + recordsBytes
      return { scopeLogs, resourceLogs: resource.field.length + fieldBytes(tags.scopeLogs, scopeLogs) }
    })
    const size = inner.reduce((sum, { resourceLogs }) => sum + fieldBytes(tags.resourceLogs, resourceLogs), 0)
    const writer = new MessageWriter(size)
    for (const [i, { resource, runs }] of sections.entries()) {
      writer.open(tags.resourceLogs, inner[i]!.resourceLogs)
      writer.bytes(resource.field)
      writer.open(tags.scopeLogs, inner[i]!.scopeLogs)
      writer.bytes(this.#scope)
      for (let run = 0; run < runs.length; run += 2) writeRecords(writer, tags, batch, runs[run]!, runs[run + 1]!)
    }
    return { bytes: writer.finish(), entries: to - from }
  }

  /** Sorts entries into sections until the request would become too large. */
  #divide({ groups, entryEnds }: Batch, from: number): { sections: Section[]; to: number } {
    const sections = new Map<string, Section>()
    let total = 0
    let to = from
    let group = groups.findLastIndex(({ firstEntry }) => firstEntry <= from)
    while (to < entryEnds.length) {
      const resource = this.#resourceOf(groups[group]!.stream)
      const section = sections.get(resource.key) ?? { resource, runs: [], recordsBytes: 0 }
      if (!sections.has(resource.key)) total += resource.field.length + this.#scope.length + sectionOverhead
      const end = groups[group + 1]?.firstEntry ?? entryEnds.length
      const start = to
      for (; to < end; to++) {
        const bytes = fieldBytes(this.#tags.logRecords, entryEnds[to]! - (entryEnds[to - 1] ?? 0))
        if (total + bytes > this.#bytesMax && to > from) break
        total += bytes
        section.recordsBytes += bytes
      }
      if (to > start) sections.set(resource.key, section)
      section.runs.push(start, to)
      if (to < end) break
      group++
    }
    return { sections: [...sections.values()], to }
  }

  #resourceOf(stream: Group['stream']): Resource {
    const known = this.#resources.get(stream)
    if (known !== undefined) return known
    const { logName, nodeId, nodeCluster, nodeZone = '', resourceAttributes = [] } = stream
    const own = [
      ['log_name', logName],
      ['zone_name', nodeZone],
      ['cluster_name', nodeCluster],
      ['node_name', nodeId],
    ] as const
    // Keys are unique in a resource; the last value of a key wins, in the place of the first.
    const attributes = new Map<string, string>([...own, ...resourceAttributes, ...this.#configured])
    const field = encodeResource(this.#tags, attributes)
    const resource = { key: Buffer.from(field).toString('latin1'), field }
    this.#resources.set(stream, resource)
    return resource
  }
}

/** Tags and lengths around one section: two of each, a length taking at most four bytes. */
const sectionOverhead = 10

function writeRecords(writer: MessageWriter, tags: OtlpTags, batch: Batch, from: number, to: number): void {
  const { bytes, entryEnds } = batch
  let start = entryEnds[from - 1] ?? 0
  for (let i = from; i < to; i++) {
    const end = entryEnds[i]!
    writer.field(tags.logRecords, bytes.subarray(start, end))
    start = end
  }
}

function encodeResource(tags: OtlpTags, attributes: ReadonlyMap<string, string>): Uint8Array {
  const encoded = [...attributes].map(([key, text]) => {
    // An AnyValue tells an empty string from no value at all, so the empty one is written too.
    const value = fields([[tags.stringValue, Buffer.from(text)]])
    return [
      tags.attributes,
      fields([
        [tags.key, Buffer.from(key)],
        [tags.value, value],
      ]),
    ] as const
  })
  return fields([[tags.resource, fields(encoded)]])
}

function encodeScope(tags: OtlpTags, { name, version }: { name: string; version: string }): Uint8Array {
  const scope = fields([
    [tags.scopeName, Buffer.from(name)],
    [tags.scopeVersion, Buffer.from(version)],
  ])
  return fields([[tags.scope, scope]])
}

/** Length-delimited fields side by side. */
function fields(list: readonly (readonly [tag: number, bytes: Uint8Array])[]): Uint8Array {
  const writer = new MessageWriter(list.reduce((sum, [tag, { length }]) => sum + fieldBytes(tag, length), 0))
  for (const [tag, bytes] of list) writer.field(tag, bytes)
  return writer.finish()
}
