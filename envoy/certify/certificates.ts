/**
 * The certificates of the certificate: a root, two intermediates, and leaves with every kind of subject alternative name. They are
 * made anew for each run, with P-256 keys, and signed here; nothing of them is a secret or is kept.
 */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Json } from '../clusters.ts'
import {
  bits,
  boolean,
  explicit,
  implicit,
  integer,
  objectIdentifier,
  octets,
  sequence,
  set,
  time,
  utf8,
} from './der.ts'

interface Names {
  readonly uri?: readonly string[]
  readonly dns?: readonly string[]
  readonly ip?: readonly string[]
  readonly email?: readonly string[]
  /** User principal names, the kind of otherName that people have. */
  readonly upn?: readonly string[]
}

interface Request {
  /** Common name, and organisation. */
  readonly subject: readonly [name: string, organisation: string]
  readonly validFrom?: string
  readonly validTo?: string
  readonly names?: Names
  readonly authority?: boolean
}

/** PEM of a leaf with its intermediates, and of its key. */
export interface Identity {
  readonly chain: string
  readonly key: string
}

interface Issued extends Identity {
  readonly privateKey: KeyObject
  readonly name: Buffer
  readonly isRoot: boolean
}

export type IdentityName = keyof typeof leaves
export type Certificates = Readonly<Record<IdentityName, Identity>> & {
  /** The root that all but `mallory` descend from. */
  readonly root: string
}

/** Who has what. Values differ wherever an operator prints them, and one of each side has no alternative name at all. */
const leaves = {
  // Clients of Envoy; Envoy's own clients of the upstreams show the same.
  alice: leaf('direct', ['alice', 'Shop'], person('a', '10.1.0.1'), '2021-03-04T05:06:07Z', '2041-01-02T03:04:05Z'),
  bob: leaf('north', ['bob', 'North, Inc.'], person('b', '10.2.0.2'), '2022-06-07T08:09:10Z', '2042-05-06T07:08:09Z'),
  carol: leaf(
    'south',
    ['cäröl "c"', 'South+West'],
    person('c', '2001:db8::3'),
    '2023-10-11T12:13:14Z',
    '2055-09-10T11:12:13Z',
  ),
  dave: leaf('north', ['dave', 'Shop'], {}, '2024-02-29T00:00:00Z', '2044-02-29T23:59:59Z'),
  mallory: leaf('nobody', ['mallory', 'Elsewhere'], person('m', '10.6.6.6')),
  // Envoy's listeners.
  one: leaf('direct', ['one', 'Listeners'], server('one', '127.0.0.1')),
  two: leaf('north', ['two', 'Listeners'], server('two', '127.0.0.2')),
  three: leaf('south', ['three', 'Listeners'], server('three', '::1')),
  four: leaf('direct', ['four', 'Listeners'], {}),
  // Upstreams.
  red: leaf('direct', ['red', 'Upstreams'], server('red', '127.0.1.1'), '2020-01-01T00:00:00Z', '2045-01-01T00:00:00Z'),
  green: leaf(
    'north',
    ['green', 'Upstreams'],
    server('green', '127.0.1.2'),
    '2020-02-02T02:02:02Z',
    '2046-02-02T02:02:02Z',
  ),
  blue: leaf('south', ['blue', 'Upstreams'], server('blue', '::2'), '2020-03-03T03:03:03Z', '2047-03-03T03:03:03Z'),
  grey: leaf('direct', ['grey', 'Upstreams'], {}),
} as const

export function makeCertificates(): Certificates {
  const root = issue({ subject: ['root', 'als-sink'], authority: true }, undefined)
  const issuers = {
    direct: root,
    north: issue({ subject: ['north', 'als-sink'], authority: true }, root),
    south: issue({ subject: ['south', 'als-sink'], authority: true }, root),
    nobody: undefined,
  }
  const made = Object.entries(leaves).map(([name, { issuer, request }]) => [name, issue(request, issuers[issuer])])
  return { root: root.chain, ...(Object.fromEntries(made) as Record<IdentityName, Identity>) }
}

/** How Envoy's configuration names one of them, for an Envoy that works where they were written to `certs/`. */
export function certificate(name: IdentityName): Json {
  return { certificate_chain: { filename: `certs/${name}.pem` }, private_key: { filename: `certs/${name}.key` } }
}

/** Writes them as `<dir>/<name>.pem` and `<name>.key`, and the root as `root.pem`. */
export function writeCertificates(dir: string, { root, ...identities }: Certificates): void {
  writeFileSync(join(dir, 'root.pem'), root)
  for (const [name, { chain, key }] of Object.entries(identities)) {
    writeFileSync(join(dir, `${name}.pem`), chain)
    writeFileSync(join(dir, `${name}.key`), key)
  }
}

function leaf(
  issuer: 'direct' | 'north' | 'south' | 'nobody',
  subject: Request['subject'],
  names: Names,
  validFrom?: string,
  validTo?: string,
) {
  return { issuer, request: { subject, names, ...(validFrom && validTo ? { validFrom, validTo } : {}) } }
}

function person(id: string, ip: string): Names {
  return {
    uri: [`spiffe://mesh.test/${id}`, `spiffe://mesh.test/${id}/admin`],
    dns: [`${id}.people.test`, `www.${id}.people.test`],
    ip: [ip, '192.0.2.1'],
    email: [`${id}@people.test`],
    upn: [`${id}@domain.test`],
  }
}

function server(id: string, ip: string): Names {
  return { ...person(id, ip), dns: [`${id}.test`, `*.${id}.test`] }
}

const ecdsaWithSha256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'))

/** Without an issuer it signs itself. The chain leaves the root out, as peers do. */
function issue(request: Request, issuer: Issued | undefined): Issued {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { subject, validFrom = '2020-01-01T00:00:00Z', validTo = '2049-12-31T23:59:59Z' } = request
  const name = distinguishedName(subject)
  const publicInfo = publicKey.export({ type: 'spki', format: 'der' })
  const serial = createHash('sha256').update(publicInfo).digest('hex').slice(0, 16)
  const toBeSigned = sequence(
    explicit(0, integer('02')), // version 3
    integer(serial),
    ecdsaWithSha256,
    issuer?.name ?? name,
    sequence(time(validFrom), time(validTo)),
    name,
    publicInfo,
    explicit(3, sequence(...extensions(request))),
  )
  const signature = sign('sha256', toBeSigned, issuer?.privateKey ?? privateKey)
  const certificate = pem(sequence(toBeSigned, ecdsaWithSha256, bits(signature)))
  return {
    chain: certificate + (issuer && !issuer.isRoot ? issuer.chain : ''),
    isRoot: issuer === undefined,
    key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    privateKey,
    name,
  }
}

function extensions({ authority = false, names = {} }: Request): Buffer[] {
  const basicConstraints = extension('2.5.29.19', sequence(...(authority ? [boolean(true)] : [])))
  const alternatives = generalNames(names)
  return alternatives.length === 0
    ? [basicConstraints]
    : [basicConstraints, extension('2.5.29.17', sequence(...alternatives))]
}

/** GeneralName: otherName [0], rfc822Name [1], dNSName [2], uniformResourceIdentifier [6], iPAddress [7]. */
function generalNames({ uri = [], dns = [], ip = [], email = [], upn = [] }: Names): Buffer[] {
  return [
    ...uri.map((each) => implicit(6, Buffer.from(each))),
    ...dns.map((each) => implicit(2, Buffer.from(each))),
    ...ip.map((each) => implicit(7, addressBytes(each))),
    ...email.map((each) => implicit(1, Buffer.from(each))),
    ...upn.map((each) =>
      explicit(0, Buffer.concat([objectIdentifier('1.3.6.1.4.1.311.20.2.3'), explicit(0, utf8(each))])),
    ),
  ]
}

function distinguishedName([name, organisation]: Request['subject']): Buffer {
  const part = (type: string, value: string) => set(sequence(objectIdentifier(type), utf8(value)))
  return sequence(part('2.5.4.10', organisation), part('2.5.4.3', name))
}

function extension(id: string, value: Buffer): Buffer {
  return sequence(objectIdentifier(id), octets(value))
}

/** Four bytes of an IPv4 address, or sixteen of an IPv6 one with a single `::`. */
function addressBytes(ip: string): Buffer {
  if (!ip.includes(':')) return Buffer.from(ip.split('.').map(Number))
  const [before, after] = ip.split('::').map((half) => half.split(':').filter((group) => group !== ''))
  const groups = [...before!, ...Array(8 - before!.length - after!.length).fill('0'), ...after!]
  return Buffer.from(groups.map((group: string) => group.padStart(4, '0')).join(''), 'hex')
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g)!
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
