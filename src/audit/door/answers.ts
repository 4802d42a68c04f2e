/** What the doors of the audit say: few words for programs, a sentence for people, and when to come again. */
import type { ServerResponse } from 'node:http'

export interface Answer {
  readonly status: number
  /** Absent: no body. */
  readonly body?: object
  readonly headers?: Readonly<Record<string, string>>
}

export interface Refusal extends Answer {
  readonly body: { readonly status: number; readonly title: string; readonly detail: string }
  readonly headers: Readonly<Record<string, string>>
}

/** In the shape that Kuma's tools know. `detail`: one sentence or two. */
export function refusal(status: number, title: string, detail: string, headers: Record<string, string> = {}): Refusal {
  const body = { type: '/std-errors', status, title, detail }
  return { status, headers, body }
}

/** `afterSeconds`: whole seconds, from 1 to 5, so that kube-apiserver comes again within the same call. */
export function later(status: 429 | 503, detail: string, afterSeconds: number): Refusal {
  const title = status === 429 ? 'Too many records at once' : 'Nothing can be kept now'
  return refusal(status, title, detail, { 'retry-after': String(afterSeconds) })
}

export function send(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  if (body === undefined) {
    response.writeHead(status, headers).end()
    return
  }
  const text = `${JSON.stringify(body)}\n`
  const length = Buffer.byteLength(text)
  response.writeHead(status, { ...headers, 'content-type': 'application/json', 'content-length': length }).end(text)
}
