/** The keys that are about Kuma: where its policies lie (`policies`), and how they are read and rendered (`kuma`). */
import * as z from 'zod'
import { scalar, section, word } from './kinds.ts'
import { type KumaVersion, kumaVersionDefault, kumaVersions, parseKumaVersion } from './kuma-version.ts'
import { type Parsed, parseIp, show } from './scalars.ts'

const pattern = {
  type: 'string',
  minLength: 1,
  description: 'A file, a folder, or a glob: * ? [a-z] and {a,b} within a name, ** for any folders',
}

/** One text or a list of them. */
export const policies = z
  .unknown()
  .meta({ anyOf: [pattern, { type: 'array', items: pattern }] })
  .transform((input, { issues }): string[] => {
    const list = Array.isArray(input) ? input : [input]
    return list.flatMap((item, i) => {
      if (typeof item === 'string' && item !== '') return [item]
      const message = `must be a file, a folder or a glob such as policies/*.yaml, not ${show(item)}.`
      issues.push({ code: 'custom', message, input, path: Array.isArray(input) ? [i] : [] })
      return []
    })
  })
  .prefault([])

function parseVersion(input: unknown): Parsed<KumaVersion> {
  // YAML reads 2.10 as the number 2.1, so a number only counts where nothing can have been lost.
  const text = typeof input === 'number' ? String(input) : input
  const version = typeof text === 'string' ? parseKumaVersion(text) : null
  if (version !== null) return { value: version }
  const hint = typeof input === 'number' ? ' Write it in quotes: YAML reads 2.10 as 2.1.' : ''
  const known = `${kumaVersions.slice(0, -1).join(', ')} or ${kumaVersions.at(-1)}`
  return { fault: `must be ${known}, not ${show(input)}.${hint}` }
}

const absolute = scalar(
  (input): Parsed<string> =>
    typeof input === 'string' && input.startsWith('/')
      ? { value: input }
      : { fault: `must be an absolute path such as /var/log/mesh, not ${show(input)}.` },
  { type: 'string', pattern: '^/', description: 'A folder and all that is in it' },
)

const text = z.string().nullable().default(null)
const off = z.boolean().default(false)

export const kuma = section({
  values: section({
    mesh: text,
    zone: text,
    workload: text,
    sourceAddress: scalar(parseIp, { type: ['string', 'null'] }).prefault(null),
    sourceService: text,
    destinationService: text,
    trafficDirection: z.enum(['INBOUND', 'OUTBOUND', 'UNSPECIFIED']).nullable().default(null),
  }).prefault({}),
  version: scalar(parseVersion, {
    type: ['string', 'number'],
    description: `By whose rules policies are read: ${kumaVersions.join(', ')}`,
  }).prefault(kumaVersionDefault),
  targetRefs: z.enum(['accepted', 'documented']).default('accepted'),
  systemNamespaces: z.array(word()).default(['kuma-system', 'kong-mesh-system']),
  defaultFormat: z.enum(['documented', 'kuma']).default('documented'),
  jsonTypes: z.enum(['typed', 'string']).default('typed'),
  sortKeys: off,
  sourceFromPeer: off,
  resolveGatewayDestination: off,
  legacyDoubleNewline: off,
  legacyLogName: off,
  allow: section({
    paths: z.array(absolute).prefault(['/']),
    hosts: z.array(word('A host or host:port; * stands for any characters')).default(['*']),
  }).prefault({}),
}).prefault({})
