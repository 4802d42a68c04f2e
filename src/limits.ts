/**
 * Every bound of the house, with its reason and what happens there. Nothing in the sink grows without one of these. Values that
 * users may set carry the name of their configuration key; the rest are ours.
 */
const KiB = 1024
const MiB = 1024 * KiB

/**
 * Largest `StreamAccessLogsMessage` taken, in bytes (`limits.messageBytes`). Above it the stream ends with RESOURCE_EXHAUSTED that
 * names both sizes. Envoy flushes at 16 KiB by default and gRPC's own default is 4 MiB; 16 MiB leaves room for huge metadata.
 */
export const messageBytesMaxDefault = 16 * MiB

/**
 * Largest rendered entry, in bytes. A longer one is malformed with reason `entry_too_large`: it could only come from a format that
 * repeats a field many times over. Also the size of the output region of `wire/memory.ts`, which the operating system hands out
 * page by page, so it costs what is used.
 */
export const renderedEntryBytesMax = 32 * MiB

/** Depth of nested groups in unknown fields; protobuf's own implementations stop at 100. Deeper: malformed, `group_depth`. */
export const groupDepthMax = 100

/** Budget for queues and partial messages together (`limits.memory`), in bytes. At the bound new streams are refused. */
export const memoryBytesMaxDefault = 256 * MiB

/** Open gRPC streams (`limits.streams`). At the bound a new one ends with RESOURCE_EXHAUSTED. */
export const streamsMaxDefault = 10_000

/** Open connections (`limits.connections`). At the bound a new one is closed at once, before HTTP/2 begins. */
export const connectionsMaxDefault = 5_000

/** A batch is sealed at this many bytes. 64 KiB to 1 MiB could not be told apart when writing to a file. */
export const batchBytesMax = 256 * KiB

/** A batch is sealed this long after its first entry (`queue.flushAfter`), in milliseconds. */
export const flushAfterMsDefault = 1_000

/** Sealed batches that wait for one destination (`queue.maxBytes`), in bytes. What happens at the bound: `queue.whenFull`. */
export const queueBytesMaxDefault = 64 * MiB

/**
 * HTTP/2 flow-control window of a stream, in bytes: what one paused stream may hold here. 64 KiB stalls at full rate; 256 KiB,
 * 1 MiB and 4 MiB were alike.
 */
export const streamWindowBytes = 256 * KiB
