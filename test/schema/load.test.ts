/** Reading `proto/` into plain data, and paths through it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { SchemaError } from '../../src/errors.ts'
import { resolveFieldPath } from '../../src/schema/field-path.ts'
import { loadSchema, readProtoFolder } from '../../src/schema/load.ts'
import { reflect } from '../../src/schema/reflect.ts'

const schema = loadSchema()
const http = schema.message('envoy.data.accesslog.v3.HTTPAccessLogEntry')
const folders: string[] = []

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

test.each([
  ['common_properties', [10], 'message'],
  ['common_properties.start_time', [10, 42], 'message'],
  ['common_properties.start_time.nanos', [10, 42, 16], 'varint'],
  ['common_properties.sample_rate', [10, 9], 'double'],
  ['common_properties.upstream_cluster', [10, 122], 'string'],
  ['common_properties.custom_tags', [10, 178], 'map'],
  ['common_properties.access_log_type', [10, 264], 'varint'],
  ['common_properties.tls_properties.peer_certificate_properties.subject_alt_name.uri', [10, 34, 42, 10, 10], 'string'],
  ['protocol_version', [16], 'varint'],
  ['request.request_body_bytes', [26, 96], 'varint'],
  ['response.response_code.value', [34, 10, 8], 'varint'],
])('the path %s has the tags %j and ends in a %s', (path, tags, kind) => {
  const fields = resolveFieldPath(http, path)
  expect(fields.map((field) => field.tag)).toEqual(tags)
  expect(fields.at(-1)!.kind).toBe(kind)
  expect(fields.map((field) => field.name).join('.')).toBe(path)
})

test.each([
  ['request.user_agnt', 'HTTPRequestProperties has no field user_agnt. Did you mean user_agent?'],
  ['requests', 'HTTPAccessLogEntry has no field requests. Did you mean request?'],
  ['userAgentString', 'HTTPAccessLogEntry has no field userAgentString.'],
  ['request.path.query', 'path is of type string and has no field query within'],
  ['request.request_headers.host', 'request_headers is of type map<string, string> and has no field host within'],
  ['', 'has no field .'],
])('the path %j is refused', (path, message) => {
  expect(() => resolveFieldPath(http, path)).toThrow(SchemaError)
  expect(() => resolveFieldPath(http, path)).toThrow(message)
})

test('fields come in order of their numbers and know oneofs, labels, enums and JSON names', () => {
  const node = schema.message('envoy.config.core.v3.Node')
  expect(node.name).toBe('Node')
  expect(node.fields.map((field) => field.number)).toEqual([1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12])
  expect(node.field('user_agent_version').oneof).toBe('user_agent_version_type')
  expect(node.field('client_features')).toMatchObject({ repeated: true, kind: 'string', tag: 82 })
  expect(node.field('user_agent_name')).toMatchObject({ oneof: null, repeated: false, jsonName: 'userAgentName' })
  const version = http.field('protocol_version').enumeration!
  expect(version.name).toBe('HTTPVersion')
  expect(version.nameOf(2)).toBe('HTTP11')
  expect(version.nameOf(77)).toBeUndefined()
  expect(version.values.get('HTTP3')).toBe(4)
})

test('a map tells the key and the value of its entries', () => {
  const states = resolveFieldPath(http, 'common_properties.filter_state_objects').at(-1)!
  expect(states).toMatchObject({ kind: 'map', repeated: false, type: 'map<string, google.protobuf.Any>' })
  expect(states.map!.key).toMatchObject({ name: 'key', number: 1, tag: 10, kind: 'string' })
  expect(states.map!.value).toMatchObject({ name: 'value', number: 2, tag: 18, kind: 'message' })
  expect(states.map!.value.message).toBe(schema.message('google.protobuf.Any'))
})

test('messages that hold themselves lead back to themselves', () => {
  const value = schema.message('google.protobuf.Value')
  const list = value.field('list_value').message!
  expect(list.field('values').message).toBe(value)
  expect(value.field('struct_value').message!.field('fields').map!.value.message).toBe(value)
})

test('names that are not there are refused with an offer', () => {
  expect(() => schema.message('envoy.data.accesslog.v3.HTTPAccesLogEntry')).toThrow(
    'Did you mean envoy.data.accesslog.v3.HTTPAccessLogEntry?',
  )
  expect(() => schema.enumeration('envoy.config.core.v3.RequestMethods')).toThrow(SchemaError)
  expect(schema.findMessage('no.Such')).toBeUndefined()
  expect(schema.enumeration('envoy.config.core.v3.RequestMethod').values.get('PATCH')).toBe(9)
})

test('the schema is read once', () => {
  expect(loadSchema()).toBe(schema)
})

test('every kind of scalar has its kind and wire type', () => {
  const types =
    'double fixed64 sfixed64 float fixed32 sfixed32 int32 int64 uint32 uint64 bool sint32 sint64 string bytes'
  const fields = types.split(' ').map((type, i) => `${type} f_${type} = ${i + 1};`)
  const message = reflect(readProtoFolder(protoFolder(`message M { ${fields.join(' ')} }`))).message('M')
  expect(message.fields.map((field) => `${field.type} ${field.kind} ${field.tag & 7}`)).toEqual([
    'double double 1',
    'fixed64 fixed64 1',
    'sfixed64 fixed64 1',
    'float float 5',
    'fixed32 fixed32 5',
    'sfixed32 fixed32 5',
    'int32 varint 0',
    'int64 varint 0',
    'uint32 varint 0',
    'uint64 varint 0',
    'bool varint 0',
    'sint32 sint 0',
    'sint64 sint 0',
    'string string 2',
    'bytes bytes 2',
  ])
})

test('the largest field number has a positive tag', () => {
  const message = reflect(readProtoFolder(protoFolder('message M { string last = 536870911; }'))).message('M')
  expect(message.field('last').tag).toBe(536870911 * 8 + 2)
})

test.each([
  ['a file that is not proto', 'message M { what }'],
  ['a type that is nowhere', 'message M { Missing it = 1; }'],
])('%s is a SchemaError that names the folder', (_, body) => {
  const folder = protoFolder(body)
  expect(() => readProtoFolder(folder)).toThrow(SchemaError)
  expect(() => readProtoFolder(folder)).toThrow(folder)
})

test('a folder that is not there is a SchemaError', () => {
  expect(() => readProtoFolder('/no/such/folder')).toThrow(SchemaError)
})

function protoFolder(body: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'als-sink-proto-'))
  folders.push(folder)
  mkdirSync(join(folder, 'deep'))
  writeFileSync(join(folder, 'deep', 'm.proto'), `syntax = "proto3";\n${body}\n`)
  return folder
}
