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
  /** `identifier.node.locality.zone`, if there is one. */
  readonly nodeZone?: string
  /** The node's metadata is that of a proxy of Kuma. */
  readonly isKuma?: boolean
  /** `identifier.node.metadata["dataplane.resource"]`: the Dataplane as the proxy was started with it, in JSON or YAML. */
  readonly dataplane?: string
  /** What is known besides of where its entries come from: attributes of OpenTelemetry's resource, in order. Set by the sink. */
  readonly resourceAttributes?: readonly (readonly [key: string, value: string])[]
}

/** A stream whose first message named nobody (clients other than Envoy). */
export const unidentified: Identifier = Object.freeze({ logName: '', nodeId: '', nodeCluster: '' })
