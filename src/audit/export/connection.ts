/**
 * One connection to a remote API. Each request is a POST as kube-apiserver makes it: the whole path of the server, and `timeout=30s` for a
 * query.
 */
import { type Fault, systemCode } from '../../errors.ts'
import { auditExportAnswerBytesMax } from '../../limits.ts'
import { PostConnection } from '../../writers/post-connection.ts'
import { unanswered } from '../../writers/refusal.ts'
import { type Answer, judgeAnswer, wordsFor } from './answer.ts'
import { type Authorize, createAuthorization } from './authorization.ts'
import type { RemoteApi, RemoteTls } from './kubeconfig-cluster.ts'

export interface ConnectionOptions {
  readonly remote: RemoteApi
  /** From the call to the end of its answer. */
  readonly timeoutMs: number
  /** The time of day, in milliseconds since 1970: Retry-After may be a date. */
  readonly now: () => number
  /** The newest token cannot be read. */
  readonly onTrouble: (fault: Fault) => void
}

export class Connection {
  readonly #now: () => number
  readonly #connection: PostConnection
  readonly #authorize: Authorize

  /** Connects with the first request. */
  constructor({ remote, timeoutMs, now, onTrouble }: ConnectionOptions) {
    const { host, port, path, tls, credentials } = remote
    this.#now = now
    this.#connection = new PostConnection({
      host,
      port,
      path: `${path}?timeout=30s`,
      tls: tls && tlsOptions(tls),
      timeoutMs,
      answerBytesMax: auditExportAnswerBytesMax,
      wordsFor,
    })
    this.#authorize = createAuthorization(credentials, onTrouble)
  }

  /** Never rejects. When `signal` aborts, it is given up at once; the receiver may have taken the body all the same. */
  async post(body: Uint8Array, signal: AbortSignal): Promise<Answer> {
    const authorization = await this.#authorize()
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, */*',
      'user-agent': 'als-sink',
      ...(authorization === null ? {} : { authorization }),
    }
    try {
      const answer = await this.#connection.post(headers, body, signal)
      return answer.kind === 'refused'
        ? answer
        : judgeAnswer(answer.response, answer.body.toString('utf8'), this.#now())
    } catch (cause) {
      // Settings that Node only looks at when it connects.
      return unanswered(systemCode(cause), wordsFor(systemCode(cause), (cause as Error).message), cause)
    }
  }

  close(): void {
    this.#connection.close()
  }
}

function tlsOptions({ ca, cert, key, serverName, insecureSkipVerify }: RemoteTls) {
  return {
    minVersion: 'TLSv1.2' as const,
    rejectUnauthorized: !insecureSkipVerify,
    ...(ca === null ? {} : { ca }),
    ...(cert === null || key === null ? {} : { cert, key }),
    ...(serverName === null ? {} : { servername: serverName }),
  }
}
