import { describe, expect, test } from 'vitest'
import { parseOtlpEndpoint } from '../../src/config/otlp-endpoint.ts'

describe('an OTLP endpoint', () => {
  test.each([
    ['otel', 'grpc://otel:4317', 'otel'],
    ['otel.mesh.svc:4318', 'grpc://otel.mesh.svc:4318', 'otel.mesh.svc'],
    ['otel:', 'grpc://otel:4317', 'otel'],
    ['  otel:4317 ', 'grpc://otel:4317', 'otel'],
    ['OTel:4317', 'grpc://otel:4317', 'OTel'],
    ['10.0.0.3:4319', 'grpc://10.0.0.3:4319', '10.0.0.3'],
    ['[2001:db8::1]:4319', 'grpc://[2001:db8::1]:4319', '2001:db8::1'],
    ['[2001:db8::1]', 'grpc://[2001:db8::1]:4317', '2001:db8::1'],
    ['[2001:db8::1]:', 'grpc://[2001:db8::1]:4317', '2001:db8::1'],
    ['2001:db8::1', 'grpc://[2001:db8::1]:4317', '2001:db8::1'],
    ['grpc://otel', 'grpc://otel:4317', 'otel'],
    ['grpc://otel:9/', 'grpc://otel:9', 'otel'],
    ['grpcs://otel', 'grpcs://otel:4317', 'otel'],
    ['GRPCS://otel:443', 'grpcs://otel:443', 'otel'],
    ['http://otel:4318', 'http://otel:4318/v1/logs', 'otel'],
    ['http://otel:4318/', 'http://otel:4318/v1/logs', 'otel'],
    ['http://otel', 'http://otel:80/v1/logs', 'otel'],
    ['http://otel:4318/v1/logs', 'http://otel:4318/v1/logs', 'otel'],
    ['http://otel:4318/otlp', 'http://otel:4318/otlp', 'otel'],
    ['http://otel:4318/a%2Fb%20c?x=1&y=%7E', 'http://otel:4318/a%2Fb%20c?x=1&y=%7E', 'otel'],
    ['http://otel?token=1', 'http://otel:80/v1/logs?token=1', 'otel'],
    ['https://[::1]/logs', 'https://[::1]:443/logs', '::1'],
  ])('%j is %s', (text, url, host) => {
    expect(parseOtlpEndpoint(text)).toMatchObject({ value: { text: url, host } })
  })

  test.each([
    ['grpc://otel', { protocol: 'grpc', tls: false, port: 4317, path: '' }],
    ['grpcs://otel', { protocol: 'grpc', tls: true, port: 4317, path: '' }],
    ['http://otel', { protocol: 'http', tls: false, port: 80, path: '/v1/logs' }],
    ['https://otel', { protocol: 'http', tls: true, port: 443, path: '/v1/logs' }],
  ])('%s has its protocol, encryption, port and path', (text, parts) => {
    expect(parseOtlpEndpoint(text)).toMatchObject({ value: parts })
  })

  test.each([
    ['', 'must be host, host:port'],
    [' ', 'must be host, host:port'],
    [null, 'must be host, host:port'],
    [4317, 'must be host, host:port'],
    ['otel:abc', 'has the port "abc"'],
    ['otel:0', 'has the port "0"'],
    ['otel:65536', 'has the port "65536"'],
    ['otel:4317:1', 'has the port "4317:1"'],
    [':4317', 'must be host, host:port'],
    ['[nonsense]:4317', 'must be host, host:port'],
    ['[::1', 'must be host, host:port'],
    ['two words', 'must be host, host:port'],
    ['ftp://otel', 'must be host, host:port'],
    ['toString://otel', 'must be host, host:port'],
    ['://otel', 'must be host, host:port'],
    ['http://', 'must be host, host:port'],
    ['http://user:secret@otel', 'must not hold a user or a password'],
    ['otel:4317/v1/logs', 'write http:// before it'],
    ['grpc://otel/v1/logs', 'write http:// before it'],
    ['http://otel/a b', 'which no request can name'],
    ['http://otel/v1/logs#top', 'which no request can name'],
    ['http://otel/\r\nHost: x', 'which no request can name'],
    ['%REQ(HOST)%:4317', 'must not hold %REQ(HOST)%'],
    ['%REQ(HOST?:AUTHORITY):20%', 'must not hold %REQ(HOST?:AUTHORITY):20%'],
    ['http://otel/%UPSTREAM_CLUSTER%', 'must not hold %UPSTREAM_CLUSTER%'],
    ['otel-%KUMA_ZONE%', 'has %KUMA_ZONE%, and nothing says'],
  ])('%j is refused', (text, fault) => {
    expect(parseOtlpEndpoint(text)).toEqual({ fault: expect.stringContaining(fault) })
  })

  test('a secret in it is not repeated by the fault', () => {
    expect(JSON.stringify(parseOtlpEndpoint('http://user:secret@otel'))).not.toContain('secret')
  })

  test('KUMA_ operators are filled before it is read, and their values are taken as they are', () => {
    const values = { KUMA_ZONE: 'east', KUMA_MESH: '%KUMA_ZONE%' }
    expect(parseOtlpEndpoint('otel.%KUMA_ZONE%:4317', values)).toMatchObject({ value: { host: 'otel.east' } })
    expect(parseOtlpEndpoint('otel.%KUMA_MESH%:4317', values)).toHaveProperty('fault')
    expect(parseOtlpEndpoint('%KUMA_ZONE%%REQ(A)%', values)).toEqual({ fault: expect.stringContaining('%REQ(A)%') })
  })
})
