/**
 * Holds `proto/` against upstream: each message, field name, number, type, label, map, oneof and enum value, in both directions.
 * Upstream is the copy of Envoy's definitions that the development dependency `@grpc/grpc-js-xds` carries.
 */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import protobuf from 'protobufjs'
import { expect, test } from 'vitest'
import { readProtoFolder } from '../../src/schema/load.ts'
import { definitions, describe as describeDefinition, differences } from './describe.ts'

const ourFolder = fileURLToPath(new URL('../../proto', import.meta.url))
const upstreamFolder = fileURLToPath(new URL('../../node_modules/@grpc/grpc-js-xds/deps', import.meta.url))
const ourRoot = readProtoFolder(ourFolder)
const upstreamRoot = readUpstream()
const ours = definitions(ourRoot)
const theirs = definitions(upstreamRoot)

/** What is newer than that copy of upstream. Once it has them, the tests ask to take them off this list. */
const newerThanUpstream: Readonly<Record<string, readonly string[]>> = {
  // Written when a TCP connection begins; Envoy 1.40 sends it.
  'envoy.data.accesslog.v3.AccessLogType': ['+ TcpConnectionStart = 14'],
  // The network namespace in which a listener was bound; Envoy 1.40 has it.
  'envoy.config.core.v3.SocketAddress': ['+ string network_namespace_filepath = 7'],
}

/** Not in that copy: upstream has removed the v2 configuration API. Held against their v3 twins below. */
const v2Core = 'envoy.api.v2.core.'
/** Not as files there either: protobufjs brings them along, with names in camelCase. */
const wellKnown = 'google.protobuf.'
/** Held against the OpenTelemetry project's own Python package in `opentelemetry.test.ts`. */
const exported = ['opentelemetry.', 'google.rpc.']
/** Our own, of which there is no upstream. */
const own = ['als_sink.']

const held = [...ours.keys()].filter(
  (name) => ![v2Core, wellKnown, ...exported, ...own].some((prefix) => name.startsWith(prefix)),
)

test.each(held)('%s is as upstream has it', (name) => {
  const upstream = theirs.get(name)
  expect(upstream, `${name} does not exist upstream`).toBeDefined()
  const found = differences(describeDefinition(ours.get(name)!), describeDefinition(upstream!), newerThanUpstream[name])
  expect(found).toEqual([])
})

test('every message and enum that upstream defines for access log entries is here', () => {
  const packages = /^envoy\.(service|data)\.accesslog\.v[23]\./
  const upstream = [...theirs.keys()].filter((name) => packages.test(name))
  expect(upstream.length).toBeGreaterThan(30)
  expect(upstream.filter((name) => !ours.has(name))).toEqual([])
})

test.each(['v2', 'v3'])('the %s service has its one method, a stream of messages in and one message out', (version) => {
  const describeService = (from: protobuf.Root) =>
    from.lookupService(`envoy.service.accesslog.${version}.AccessLogService`).methodsArray.map((method) => {
      method.resolve()
      const { name, requestStream, responseStream, resolvedRequestType, resolvedResponseType } = method
      return {
        name,
        requestStream: requestStream === true,
        responseStream: responseStream === true,
        request: resolvedRequestType!.fullName,
        response: resolvedResponseType!.fullName,
      }
    })
  expect(describeService(ourRoot)).toEqual(describeService(upstreamRoot))
  expect(describeService(ourRoot)[0]).toMatchObject({ requestStream: true, responseStream: false })
})

test.each([...ours.keys()].filter((name) => name.startsWith(wellKnown)))('%s is the well-known type', (name) => {
  const files = ['any', 'duration', 'struct', 'timestamp', 'wrappers']
  const bundled = new protobuf.Root()
  for (const file of files) bundled.addJSON(protobuf.common.get(`google/protobuf/${file}.proto`)!.nested!)
  const camelCase = (lines: Iterable<string>) =>
    new Set(
      [...lines].map((line) =>
        line.replace(/ (\w+) = /, (_, field: string) => ` ${protobuf.util.camelCase(field)} = `),
      ),
    )
  const found = differences(
    camelCase(describeDefinition(ours.get(name)!)),
    camelCase(describeDefinition(definitions(bundled).get(name)!)),
  )
  expect(found).toEqual([])
})

/** What v2 lacks of v3, or has of its own, in the messages that can no longer be held against upstream. */
const v2Differences: Readonly<Record<string, readonly string[]>> = {
  Address: ['- envoy.config.core.v3.EnvoyInternalAddress envoy_internal_address = 3 in oneof address'],
  SocketAddress: ['- string network_namespace_filepath = 7'],
  Node: ['+ string build_version = 5', '- map<string, xds.core.v3.ContextParams> dynamic_parameters = 12'],
  Extension: ['- repeated string type_urls = 6'],
  Metadata: ['- map<string, google.protobuf.Any> typed_filter_metadata = 2'],
}

test.each([...ours.keys()].filter((name) => name.startsWith(v2Core)))('%s is a subset of its v3 twin', (name) => {
  const asV3 = (type: string) =>
    type.replace(v2Core, 'envoy.config.core.v3.').replace(/^envoy\.type\.(?!v3)/, 'envoy.type.v3.')
  const twin = ours.get(asV3(name))
  expect(twin).toBeDefined()
  const found = differences(describeDefinition(ours.get(name)!, asV3), describeDefinition(twin!))
  expect(found).toEqual(v2Differences[name.slice(v2Core.length)] ?? [])
})

test('the v2 entries are subsets of their v3 twins, so that one decoder serves both', () => {
  const asV3 = (type: string) =>
    type
      .replace(v2Core, 'envoy.config.core.v3.')
      .replace('.accesslog.v2.', '.accesslog.v3.')
      .replace(/^envoy\.type\.(?!v3)/, 'envoy.type.v3.')
  const twins = [...ours.keys()].filter((name) => name.includes('.accesslog.v2.'))
  expect(twins.length).toBeGreaterThan(15)
  for (const name of twins) {
    const v3 = describeDefinition(ours.get(asV3(name))!)
    const strays = [...describeDefinition(ours.get(name)!, asV3)].filter((line) => !v3.has(line))
    expect(strays, name).toEqual([])
  }
})

test.each([
  ['a renamed field', 'string id = 1;', 'string ident = 1;', ['+ string ident = 1', '- string id = 1']],
  ['another number', 'string id = 1;', 'string id = 2;', ['+ string id = 2', '- string id = 1']],
  ['another type', 'string id = 1;', 'bytes id = 1;', ['+ bytes id = 1', '- string id = 1']],
  ['another label', 'string id = 1;', 'repeated string id = 1;', ['+ repeated string id = 1', '- string id = 1']],
  ['a map', 'string id = 1;', 'map<string, string> id = 1;', ['+ map<string, string> id = 1', '- string id = 1']],
  ['a oneof', 'string id = 1;', 'oneof o { string id = 1; }', ['+ string id = 1 in oneof o', '- string id = 1']],
  ['a missing field', 'string id = 1;', '', ['- string id = 1']],
])('the comparison finds %s', (_, before, after, expected) => {
  const parse = (field: string) =>
    protobuf
      .parse(`syntax = "proto3"; message M { ${field} }`, new protobuf.Root(), { keepCase: true })
      .root.lookupType('M')
  expect(differences(describeDefinition(parse(after)), describeDefinition(parse(before)))).toEqual(expected)
})

test('the comparison finds an enum value with another number, and a listed difference that is gone', () => {
  const parse = (value: string) =>
    protobuf.parse(`syntax = "proto3"; enum E { ZERO = 0; ${value} }`, new protobuf.Root()).root.lookupEnum('E')
  const [four, five] = [describeDefinition(parse('A = 4;')), describeDefinition(parse('A = 5;'))]
  expect(differences(five, four)).toEqual(['+ A = 5', '- A = 4'])
  expect(differences(four, four, ['+ A = 4'])).toEqual(['no longer a difference: + A = 4'])
})

/** The service files import all others. What upstream's v2 files want of the removed `envoy/api/v2/core` is lent to them by us. */
function readUpstream(): protobuf.Root {
  const protobufjsFolder = dirname(createRequire(import.meta.url).resolve('protobufjs/package.json'))
  const folders = ['envoy-api', 'xds', 'googleapis', 'protoc-gen-validate'].map((name) => join(upstreamFolder, name))
  const root = new protobuf.Root()
  root.resolvePath = (_, target) => {
    if (target.startsWith('envoy/api/v2/core/')) return join(ourFolder, target)
    return [...folders, protobufjsFolder].map((folder) => join(folder, target)).find(existsSync) ?? target
  }
  const files = ['v2', 'v3'].map((version) => `envoy/service/accesslog/${version}/als.proto`)
  root.loadSync(files, { keepCase: true }).resolveAll()
  return root
}
