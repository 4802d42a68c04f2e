/**
 * One exchange of the corpus, as data: how it is sent, and where its log lines will differ. Strings are byte strings ("latin1"):
 * each character stands for one byte.
 */
import type { CaseName } from './config.ts'
import type { Difference } from './predict.ts'

export interface Item {
  readonly name: string
  readonly case: CaseName
  readonly send: Send
  /** Access log entries it causes. Default 1. */
  readonly entries?: number
  /** Not sent before the item of this name is over. */
  readonly after?: string
  readonly differs: readonly Difference[]
}

export type Send = SendHttp1 | SendHttp2 | SendTcp

/** Raw bytes on a connection of their own; the exchange is over when Envoy closes it. */
export interface SendHttp1 {
  readonly kind: 'http1'
  readonly bytes: string
  /** The client leaves first: at once, or when the web server has the request; `reset` by a TCP reset. */
  readonly leave?: 'at-once' | 'on-arrival' | 'on-arrival-reset'
}

/** One stream of a shared connection (h2c with prior knowledge). */
export interface SendHttp2 {
  readonly kind: 'http2'
  readonly headers: readonly Header[]
  readonly body?: string
  /** The client resets the stream when the web server has the request. */
  readonly leave?: 'on-arrival'
}

/** A connection through tcp_proxy; `to` is the listener. It is over when both sides have closed. */
export interface SendTcp {
  readonly kind: 'tcp'
  readonly to: string
  readonly bytes: string
  /** How the client ends it: by its FIN after writing, by a reset once something came back, or not at all (Envoy does). */
  readonly end: 'fin' | 'reset' | 'wait'
}

export type Header = readonly [name: string, value: string]
