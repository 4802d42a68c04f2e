/**
 * Every bound of the house, with its reason and what happens there. Nothing in the sink grows without one of these. Values that
 * users may set carry the name of their configuration key; the rest are ours.
 */
const KiB = 1024
const MiB = 1024 * KiB

// Messages, entries, and what is made of them

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

/**
 * Numbers that one program may note while scanning an entry: two for every string, one to five for everything else. A format that
 * names more fields (thousands of different headers) is refused: `format_too_large`.
 */
export const slotsMax = 16_384

/**
 * Contexts that one stream's entries of one kind are told apart by: listeners, destinations, peers, routes. Beyond that all of them are
 * forgotten and looked at again, which costs time, and nothing else.
 */
export const contextsMax = 16_384

/**
 * Depth of Structs and lists in a value of metadata or filter state, and of objects and arrays in a custom tag's JSON. protobuf's own
 * readers stop at 100. A deeper value is absent.
 */
export const structDepthMax = 100

/** Fields of the Structs around one value of metadata, all levels together. A Struct with more of them is absent. */
export const structFieldsMax = 65_536

/** Characters of the Dataplane in a node's metadata that are kept for the life of its stream; a longer one is not read. */
export const nodeDataplaneBytesMax = 64 * KiB

/** Depth of objects and arrays in JSON that is turned into protobuf. protobuf's own readers stop at 100. Deeper: a fault. */
export const jsonDepthMax = 100

/**
 * Depth of lists in a value of an OpenTelemetry body. Each kvlist is three messages deep, and protobuf's readers stop at 100, some of which
 * the export request takes. Deeper: a fault.
 */
export const anyValueDepthMax = 30

/** Longest line of a `.jsonl` capture, in bytes: JSON may take some times the room of the message it describes. */
export const jsonLineBytesMax = 128 * MiB

/**
 * Weight of the aliases in one document of a case file, as the YAML library counts it (those met times those within what they stand
 * for). Fixtures that build on each other reach some hundreds; an alias bomb is refused: `yaml`.
 */
export const caseAliasesMax = 100_000

// Memory, and the doors

/** Budget for queues and partial messages together (`limits.memory`), in bytes. At the bound new streams are refused. */
export const memoryBytesMaxDefault = 256 * MiB

/** Open gRPC streams (`limits.streams`). At the bound a new one ends with RESOURCE_EXHAUSTED. */
export const streamsMaxDefault = 10_000

/** Open connections (`limits.connections`). At the bound a new one is closed at once, before HTTP/2 begins. */
export const connectionsMaxDefault = 5_000

/**
 * A partial message up to this size, in bytes, is kept even when the budget is exhausted: Envoy's ordinary message is 16 KiB, and
 * losing it would cost more than it frees. A larger one ends its stream with RESOURCE_EXHAUSTED.
 */
export const partialBytesAlways = 32 * KiB

/** One buffer for a process, into which all plain sockets are read, in bytes. */
export const readBufferBytes = 256 * KiB

/**
 * Connections that the kernel completes and keeps until we take them; it allows no more than its own `net.core.somaxconn`. At the
 * bound it turns peers away. Node's 511 cost 447 of 2,500 Envoys their connection when all came at once, as after a restart.
 */
export const acceptBacklogMax = 4_096

/** A connection that has not spoken HTTP/2 after this many milliseconds is closed. */
export const handshakeMsMax = 10_000

/**
 * HTTP/2 flow-control window of a stream, in bytes: what one paused stream may hold here. A sender that waits for credit costs both
 * sides turns of their loops: at full load on one stream 64 KiB stalls, and 256 KiB and 512 KiB cost a quarter and a fifth more CPU per
 * entry than this; 1 MiB was no better, and let the queue grow (bench/end-to-end.ts).
 */
export const streamWindowBytes = 768 * KiB

/**
 * HTTP/2 flow-control window of a connection, in bytes. A paused stream is held by its own window, not by this one, which is given back at
 * once: it only has to be so large that this is rare. 2 MiB cost 2 % more CPU per entry (bench/turns.ts).
 */
export const sessionWindowBytes = 32 * MiB

/** Open streams of one connection, told to the peer in SETTINGS. Envoy opens another connection at the bound. */
export const streamsPerConnectionMax = 1_000

/**
 * Streams of one connection that are reset within a second of being opened and before they are answered, per second; by the peer, or by
 * us because the peer broke a rule. An Envoy has a handful of loggers; only a reset flood gets here. At the bound the connection is
 * closed with ENHANCE_YOUR_CALM.
 */
export const youngResetsPerSecondMax = 200

/**
 * HTTP/2 frames of one connection that carry neither a request nor data, per second: PING, SETTINGS, WINDOW_UPDATE, empty DATA and so
 * on. Some are answered, all cost time. A peer with 1,000 streams that all end at once stays well below. At the bound the connection is
 * closed with ENHANCE_YOUR_CALM.
 */
export const controlFramesPerSecondMax = 10_000

/** Longest HTTP/2 frame taken, in bytes, and the longest that we send: what every peer must take. A longer one: FRAME_SIZE_ERROR. */
export const frameBytesMax = 16 * KiB

/**
 * Header fields of one request, in bytes as HTTP/2 counts them (32 more for each); told to the peer in SETTINGS. Envoy sends some 300,
 * gRPC's own bound is 16 KiB. Above it the request is answered with 431.
 */
export const headerListBytesMax = 16 * KiB

/**
 * The same as they are sent, compressed, and the CONTINUATION frames they may be spread over. Until the last has come the connection
 * holds them. Above either the connection is closed with ENHANCE_YOUR_CALM.
 */
export const headerBlockBytesMax = 32 * KiB
export const continuationFramesMax = 32

/** Closed HTTP/2 streams of one connection of which is remembered who closed them. The oldest is forgotten, see `http2/streams.ts`. */
export const closedStreamsMax = 128

/**
 * What one HTTP/2 connection has to say and its peer does not take, in bytes. Our answers are small; only a peer that asks and does not
 * listen gets here. At the bound the connection is closed without a word.
 */
export const unsentBytesMax = 256 * KiB

/** A peer that is told that its connection is over has this long to hang up, in milliseconds; then the connection is cut. */
export const lingerMsMax = 1_000

/** The message of a call beside the streams has so long to come, in milliseconds; then DEADLINE_EXCEEDED. */
export const unaryRequestMsMax = 20_000

/** Connections to the HTTP door, and how long one request may take to come, in milliseconds. Above either the connection is cut. */
export const webConnectionsMax = 256
export const webRequestMsMax = 10_000

/** Files of certificates are looked at this often, in milliseconds; a change counts when it is found a second time. */
export const tlsLookMs = 2_000

// Batches, queues, and tries

/**
 * A batch is sealed at this many bytes. A write is answered once per turn of the event loop, in which much may arrive, so with smaller
 * batches the queue grows under full load: 256 KiB cost half as much again per entry, and 4 MiB more memory (bench/end-to-end.ts).
 */
export const batchBytesMax = 2 * MiB

/**
 * Size of the batches of a backend that has little to write, in bytes. Batches that were filled are followed by larger ones, up to
 * `batchBytesMax`, so the budget, which counts the memory of a batch whatever is in it, carries a thousand quiet backends.
 */
export const quietBatchBytes = 256 * KiB

/**
 * Entries of one batch, and of one run that the encoder hands over. Formats may render nothing at all for an entry; without this
 * bound such a batch would never be full. At the bound the batch is sealed, the run handed over.
 */
export const batchEntriesMax = 16 * 1024

/**
 * Of the heap's part for young objects, both halves together. V8's own 32 MiB are no faster, and are there to stay (bench/README.md); 2 MiB cost a fiftieth
 * of the CPU.
 */
export const youngHeapBytes = 8 * MiB

/** Batches whose memory one outbox keeps for reuse: the one being filled and the one being written take turns. Others are freed. */
export const freeBatchesMax = 2

/** A batch is sealed this long after its first entry (`queue.flushAfter`), in milliseconds. */
export const flushAfterMsDefault = 1_000

/** Sealed batches that wait for one destination (`queue.maxBytes`), in bytes. What happens at the bound: `queue.whenFull`. */
export const queueBytesMaxDefault = 64 * MiB

/**
 * When a queue holds this many bytes while a write is in flight, nothing is read until it holds half of that, but for at most so many
 * milliseconds; see `pipeline/breath.ts`. At full load on 16 streams to a disk this costs a third less CPU per entry (JSON; text a tenth)
 * and half the memory of a queue that is left to grow (bench/end-to-end.ts).
 */
export const breathBytes = 4 * MiB
export const breathMsMax = 20

/** Streams are not read for so long at a time, in milliseconds, while audit records are in hand; then they are, for as long. */
export const precedenceMsMax = 100

/** A single write may take this long, in milliseconds; then it is called off, and what did not arrive is tried again. */
export const attemptTimeoutMsDefault = 30_000

/** Longest pause before a failed write is tried again, in milliseconds: for the first try, and for those after many failures. */
export const retryDelayMsFirst = 250
export const retryDelayMsMax = 30_000

/** A destination may ask for a longer pause (OTLP's RetryInfo, Retry-After), but for no more than this many milliseconds. */
export const retryAfterMsMax = 600_000

/**
 * How often a batch is halved to find what its destination refuses in it; then what is left of the halving is refused whole. Sixteen
 * halvings find one entry among all that a batch can hold.
 */
export const splitsMax = 64

/**
 * At the deadline of a shutdown the write in flight is called off; it has this long to tell what had arrived, in milliseconds. A
 * writer that stays silent has its whole batch counted as dropped.
 */
export const settleGraceMs = 250

/** Reasons that one ledger tells apart; further ones are counted as `other`, so that a metric label stays bounded. */
export const dropReasonsMax = 32

/** Books of backends that policies no longer name, which go on being shown. Beyond that the oldest are not. */
export const pastLedgersMax = 1_000

// The spool

/** Batches on disk that wait for one destination (`spool.maxBytes`), in bytes. At the bound the queue in memory fills as without a spool. */
export const spoolBytesMaxDefault = 1024 * MiB

/**
 * Largest segment of a spool, in bytes, unless one record alone is larger. The disk gets room back by whole segments, so a small spool has
 * smaller ones: a sixteenth of its bound. At the bound the next segment begins.
 */
export const spoolSegmentBytesMax = 64 * MiB
export const spoolSegmentsAtLeast = 16

/**
 * Largest record of a spool, in bytes: one batch, which is at most one entry of `renderedEntryBytesMax` or many small ones, with
 * room for the names of its streams. A larger batch is refused: `too_large`. What claims to be larger on disk is damaged.
 */
export const spoolRecordBytesMax = 64 * MiB

/** What is read from a segment at once, in bytes, so that small records do not cost a call each. Longer records are read alone. */
export const spoolWindowBytes = 64 * KiB

// Files

/** Between two syncs of a file with `fsync: interval`, in milliseconds. Nothing is synced while nothing is written. */
export const fsyncIntervalMsDefault = 1_000

/**
 * A file that nothing is written to is compared with its path this often, in milliseconds; otherwise before each batch. Only until then
 * does a deleted file that is idle keep its room on the disk. A thousand idle files cost a hundredth of a core.
 */
export const fileLookMs = 5_000

/**
 * A path that is gone is waited for so long, in milliseconds, before its file is created anew: logrotate renames first and creates then,
 * and moves what it finds in between out of its way.
 */
export const fileGoneMs = 200

/** Files that were rotated away or moved and are still being synced, at once. At the bound a write waits for the oldest. */
export const retiringFilesMax = 4

/** A rotation that failed is tried again with the first write after so many milliseconds; until then the old file grows over its limit. */
export const rotateAgainMs = 1_000

/** Backups are held against their limits at start, after each rotation, and this often, in milliseconds. */
export const cleanEveryMs = 60 * 60 * 1_000

/** Longest name of a file or folder that file systems take, in bytes. */
export const fileNameBytesMax = 255

/** Longest path that Linux opens, in bytes. */
export const filePathBytesMax = 4095

/**
 * How much of the value of a KUMA_* operator goes into a file's path, in bytes. Names of services are shorter; a name of a file has room
 * for two of them.
 */
export const pathValueBytesMax = 120

// TCP

/** A TCP destination, TLS included, has this long to accept a connection, in milliseconds: as long as Kuma gives it. */
export const tcpConnectTimeoutMsDefault = 5_000

/**
 * A TCP destination that takes nothing for this long, in milliseconds, loses its connection. Shorter than a whole attempt, so that the
 * error names the cause; and not much shorter, for what the kernel holds by then may be lost with the connection.
 */
export const tcpWriteTimeoutMsDefault = 20_000

/** An idle TCP connection is asked this often whether its peer is still there, in milliseconds; below the idle timeouts of balancers. */
export const tcpKeepAliveMsDefault = 60_000

/**
 * A TCP write counts once its connection has outlived it by this long, in milliseconds: a destination that has gone says so within a
 * round trip. One batch at a time, this bounds a destination to 100 MB/s (80 measured, and 320 without it). A destination that was
 * killed 15 times while it read, at 20,000 entries/s, took 163 counted entries along; without this wait 1,829.
 */
export const tcpSettleMsDefault = 20

/** What a new TCP connection is trusted with at first, in bytes; twice as much each time that it was outlived by the connection. */
export const tcpFirstStepBytes = 16 * KiB

// OpenTelemetry

/** One export to an OpenTelemetry backend may take this long (`openTelemetry.timeout`), in milliseconds; then it is called off. */
export const otlpTimeoutMsDefault = 10_000

/**
 * Largest OTLP export request before compression, in bytes; a larger batch is sent as several. Receivers built on gRPC take 4 MiB
 * unless they are told otherwise. A single entry above it goes alone, and the receiver decides.
 */
export const otlpRequestBytesMax = 3.5 * MiB

/** Longest answer to an OTLP export that is read, in bytes. It holds a number and a sentence; what is longer counts as unreadable. */
export const otlpAnswerBytesMax = 64 * KiB

// Policies

/**
 * Destinations that policies may open at a time. At the bound no other is opened until one of them is no longer named; entries for it are
 * counted as unmatched, and that is said.
 */
export const policyDestinationsMax = 512

/** Formats of policies whose programs are kept. Beyond that all are forgotten, and compiled again when they are needed. */
export const policyFormatsMax = 4_096

/**
 * What is read of `policies`: bytes of one file, files, documents in all, and folders that are watched for changes. What goes beyond is
 * reported and left out (a folder: looked at each second instead). A thousand policies are a megabyte.
 */
export const policyFileBytesMax = 16 * MiB
export const policyFilesMax = 10_000
export const policyDocumentsMax = 50_000
export const policyFoldersMax = 1_000

/** Levels that a document of `policies` may be nested; the deepest that Kuma knows is an OpenTelemetry body. Deeper: a fault. */
export const policyDepthMax = 200

/** Policy files are read when they have been quiet for so long, in milliseconds, for who writes one writes more; but no later than the second. */
export const policySettleMs = 100
export const policySettleMsMax = 500

/**
 * Policy files are looked at this often, in milliseconds, whether a change was told or not: not every file system tells. The second: while
 * a folder cannot be watched.
 */
export const policyPollMs = 30_000
export const policyPollMsUnwatched = 1_000

// Audit: what comes in

/** Body of one request with audit records, in bytes. Above it the answer is 413. */
export const auditBodyBytesMax = 64 * MiB

/** Bytes of audit records of one gRPC message that are cut in one turn of the loop: what a read of a socket brings by HTTP. */
export const auditSliceBytes = 64 * KiB

/** Records of a request with audit records are put into the queues together, up to so many bytes and records. Some such memory is kept for later. */
export const auditDeskBytes = 64 * KiB
export const auditDeskRecords = 1024
export const auditDesksFreeMax = 16

/** The beginning of an audit event waits, copied, for the piece of the body that has its end, if it has no more bytes than this. */
export const auditCarryBytesMax = 32 * KiB

/** How long audit records that nobody waits for yet may be gathered before they are written, in milliseconds. */
export const auditGatherMs = 50

/** How long a request with audit records may take to come, and its records to be safe, in milliseconds; kube-apiserver waits 30 s in all. */
export const auditRequestMsMax = 20_000

/** A connection on which audit records come stays open for so long when nothing comes, in milliseconds: senders in Go hold theirs for 90 s. */
export const auditKeepAliveMs = 120_000
export const auditAnswerMsMax = 10_000

/** How long a request with audit records waits in the middle of its body for a source that is full, in milliseconds; then it is to come again. */
export const auditRoomMsMax = 5_000

/** How long a sink that stops waits for requests with audit records that it has begun to read, in milliseconds. New ones are refused. */
export const auditCloseMsMax = 2_000

/**
 * Depth of objects and arrays in an audit event. Go's JSON reader, and so the API server, takes no body that is deeper than 10,000; the
 * event and the list around it are the rest. Deeper: the event is quarantined, or the request refused when it is the list.
 */
export const auditJsonDepthMax = 10_100

/**
 * Largest audit event that is kept whole, in bytes. The API server takes bodies of 3 MiB, so request and response of one object fit, and
 * only long lists do not. Above it an event loses both bodies and is marked as truncated, as the API server itself would do; one that is
 * too large even so is quarantined by its head.
 */
export const auditEventBytesMax = 8 * MiB
export const auditOversizedHeadBytes = 64 * KiB

/** Audit events that are remembered, so that a repeated batch is not kept twice. Beyond that the oldest are forgotten. */
export const auditRepeatsMax = 200_000

/** How long audit events are remembered, so that a batch that is sent again is known: five attempts of kube-apiserver take less. */
export const auditRepeatsMsMax = 300_000

/** Longest `Idempotency-Key` of a request with audit records, in characters. */
export const auditRequestKeyCharsMax = 255

/**
 * Longest `auditID`, and stage, of an event that is compared with others, in bytes, quotes included: kube-apiserver cuts the first at 64
 * characters.
 */
export const auditIdBytesMax = 256

/** An `auditID` that is used twice is told of at most once in so long a time for each source, in milliseconds. */
export const auditNamesakeMs = 60_000

/** A key for redaction has so many bytes at the least; those that are made here have 32. */
export const redactKeyBytesMin = 16

/** How much of the end of a seal is read after a start for records that may be brought again, in bytes: some 200,000 records. */
export const auditHeldSealBytesMax = 64 * MiB

/** A document that decides about audit records, in bytes: a policy, an AccessAudit. A larger one is a fault. */
export const auditDocumentBytesMax = 1 * MiB

/** How often documents that decide about audit records are looked at, in milliseconds. */
export const auditRefreshMs = 1_000

/** Longest value of a ConfigMap that is redacted with its HMAC, in bytes. A longer one is replaced without: it may be a whole file. */
export const redactedHmacBytesMax = 64 * KiB

// Audit: followed files

/** A followed audit file is looked at this often, in milliseconds. */
export const auditFollowPollMs = 250

/** Bytes of a followed file that are cut into records in one turn of the loop; and those that are made safe together, with one position. */
export const auditFollowBlockBytes = 128 * KiB
export const auditFollowRoundBytes = 1 * MiB

/** A followed file is told by its first line, or by so much of it, in bytes. */
export const auditFollowHeadBytes = 4 * KiB

/** Longest line that is searched for an event that somebody wrapped, in bytes: escapes make it longer. A longer one is taken as it is. */
export const auditFollowWrappedBytesMax = 16 * MiB

/** How long a follower that is closed waits until what it has read is safe, in milliseconds. What is not will be read again. */
export const auditFollowCloseMsMax = 5_000

// Audit: what is kept, sealed and sent on

/** Room that audit leaves free on the disks that it writes (`audit.minFree`), in bytes: for rotation, seals and the alarm itself. */
export const auditMinFreeBytesDefault = 256 * MiB

/** How often the room on the disks of audit is looked at, in milliseconds. */
export const auditFloorLookMs = 1_000

/** How long a piece of a body with audit records waits for others on their way to the disk, in milliseconds: as long as a good disk needs. */
export const auditGiveWayMsMax = 5

/** How long others give way to records on their way to the disk, in milliseconds; whose disk takes longer does not go first any more. */
export const auditRightOfWayMsMax = 20

/** A sealed audit file with less room than this share of its bound, and less than the last batch took, is rotated without waiting for the next. */
export const auditNearlyFullShare = 1 / 50

/** Between two signed checkpoints of a sealed audit file (`audit.seal.checkpointEvery`), in milliseconds. None while nothing is written. */
export const auditCheckpointMsDefault = 60_000

/** Longest line of a seal or a manifest, in bytes; ours have some hundred. A longer one is none of ours. */
export const sealLineBytesMax = 64 * KiB

/**
 * Records and seal lines that the verifier looks ahead, to tell a record that was moved from one that was edited or deleted; what was moved
 * further looks deleted here and inserted there. Some 10 MB.
 */
export const verifyLookaheadMax = 16 * 1024

/** Problems that the verifier lists for one call. Those beyond are counted. */
export const verifyProblemsMax = 1_000

/**
 * What is sent to a remote API in one request, in bytes: kube-apiserver's own bound, and below what receivers take (Falco: 12 MiB). One
 * event above it goes alone, and the receiver decides.
 */
export const auditExportBytesMax = 10 * MiB

/** One request to a remote API may take so long, its answer included, in milliseconds: as long as kube-apiserver gives it. */
export const auditExportMsMax = 30_000

/** A batch may be several requests; after this long the rest of it is called off and tried again. */
export const auditExportBatchMsMax = 600_000

/** What is read of the answer of a remote API, in bytes: its first words are told. The status alone counts. */
export const auditExportAnswerBytesMax = 64 * KiB
