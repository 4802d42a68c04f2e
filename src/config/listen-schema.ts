/** The keys under `listen`: an address alone, or an object that holds it beside TLS; for gRPC also a list of either. */
import * as z from 'zod'
import type { Address } from './config.ts'
import { isObject } from './formats.ts'
import { scalar, section, word } from './kinds.ts'
import { parseAddress } from './scalars.ts'

/** One place to listen, as written. `path`: where it stands in the document. */
export interface ListenerDocument {
  readonly address: Address
  readonly tls?: { readonly cert: string; readonly key: string; readonly clientCa?: string | undefined } | undefined
  readonly insecure: boolean
  readonly path: string
}

const addressJson = { type: 'string', description: 'host:port, [::1]:port or unix:/path' }

const listenerObject = section({
  address: scalar(parseAddress, addressJson),
  tls: section({
    cert: word('PEM file: the certificate, and what is needed of its chain'),
    key: word('PEM file: the key of the certificate'),
    clientCa: word('PEM file: who may sign certificates of clients, which are then required').optional(),
  }).optional(),
  insecure: z.boolean().default(false).meta({ description: 'Plain HTTP beyond loopback' }),
})

const { $schema: _, ...objectJson } = z.toJSONSchema(listenerObject, { io: 'input' })
const oneJson = [addressJson, objectJson]

/** Adds the faults of one listener to `issues`, their places below `at`. */
function readListener(
  input: unknown,
  issues: z.core.$ZodRawIssue[],
  { at, path }: { at: readonly number[]; path: string },
): ListenerDocument[] {
  if (isObject(input)) {
    const result = listenerObject.safeParse(input)
    if (result.success) return [{ ...result.data, path }]
    for (const issue of result.error.issues) {
      issues.push({ ...issue, path: [...at, ...issue.path], input } as z.core.$ZodRawIssue)
    }
    return []
  }
  const parsed = parseAddress(input)
  if ('value' in parsed) return [{ address: parsed.value, insecure: false, path }]
  issues.push({ code: 'custom', message: parsed.fault, input, path: [...at] })
  return []
}

export const grpcListeners = z
  .unknown()
  .meta({ anyOf: [...oneJson, { type: 'array', items: { anyOf: oneJson }, minItems: 1 }] })
  .transform((input, { issues }): ListenerDocument[] => {
    if (!Array.isArray(input)) return readListener(input, issues, { at: [], path: 'listen.grpc' })
    if (input.length === 0) issues.push({ code: 'custom', message: 'must name at least one address.', input })
    return input.flatMap((item, i) => readListener(item, issues, { at: [i], path: `listen.grpc[${i}]` }))
  })

export const httpListener = z
  .unknown()
  .meta({ anyOf: [...oneJson, { type: 'null' }] })
  .transform((input, { issues }): ListenerDocument | null =>
    input === null ? null : (readListener(input, issues, { at: [], path: 'listen.http' })[0] ?? null),
  )
