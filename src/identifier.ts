/**
 * Who is speaking on a stream: the part of `StreamAccessLogsMessage.identifier` that the sink keeps for the stream's life. The
 * message itself may be 61 KB (Envoy lists all its extensions); nothing of that is kept.
 */
export interface Identifier {
  /** `identifier.log_name`, as the logger's configuration says it. */
  readonly logName: string
  /** `identifier.node.id`; in Kuma `<mesh>.<dataplane>`. */
  readonly nodeId: string
  /** `identifier.node.cluster`; in Kuma the proxy's service. */
  readonly nodeCluster: string
}

/** A stream whose first message named nobody (clients other than Envoy). */
export const unidentified: Identifier = Object.freeze({ logName: '', nodeId: '', nodeCluster: '' })
