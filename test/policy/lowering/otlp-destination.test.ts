/** Where a policy's log records go: endpoints with their markers, and references by label. */
import { describe, expect, test } from 'vitest'
import { findDestination } from '../../../src/policy/lowering/otlp-destination.ts'
import type { MeshOpenTelemetryBackend } from '../../../src/policy/resources.ts'
import { otelBackend } from '../support/otel-backend.ts'

const values = { mesh: 'default', zone: 'east', workload: '' }

describe('an endpoint', () => {
  const find = (endpoint: string) =>
    findDestination({ endpoint, backendRef: null }, values, { otelBackends: [], outside: { variables: {} } })

  test.each([
    ['collector.obs', 'grpc://collector.obs:4317'],
    ['collector.obs:4318', 'grpc://collector.obs:4318'],
    ['collector.obs:', 'grpc://collector.obs:4317'],
    ['2001:db8::1', 'grpc://[2001:db8::1]:4317'],
    ['[2001:db8::1]:9', 'grpc://[2001:db8::1]:9'],
    ['https://otel/logs', 'https://otel:443/logs'],
    ['otel-%KUMA_ZONE%.%KUMA_MESH%:4317', 'grpc://otel-east.default:4317'],
  ])('%j is %s', (written, text) => {
    expect(find(written)).toMatchObject({ endpoint: { text }, at: 'endpoint' })
  })

  test.each([
    ['collector:abc', 'has the port "abc"'],
    ['', 'must be host, host:port'],
    ['%REQ(x-collector)%:4317', 'must not hold %REQ(x-collector)%: it differs from entry to entry'],
    ['otel-%KUMA_WORKLOAD%:4317', 'holds %KUMA_WORKLOAD%, which is empty here.'],
    ['otel-%KUMA_ZON%:4317', 'Did you mean KUMA_ZONE?'],
  ])('%j is refused', (written, fault) => {
    expect(find(written)).toEqual({ fault: expect.stringContaining(fault), at: 'endpoint' })
  })
})

describe('a backendRef', () => {
  const find = (
    backendRef: Readonly<Record<string, string>>,
    otelBackends: readonly MeshOpenTelemetryBackend[],
    variables: Readonly<Record<string, string>> = {},
  ) => findDestination({ endpoint: null, backendRef }, values, { otelBackends, outside: { variables } })
  const wanted = { team: 'obs', tier: 'main' }

  test('has all of its labels', () => {
    const all = [otelBackend('a', { team: 'obs' }), otelBackend('b', { ...wanted, more: 'x' })]
    expect(find(wanted, all)).toMatchObject({ endpoint: { text: 'grpc://b.obs:4317' }, at: 'backendRef' })
  })

  test('names a backend by its display name', () => {
    expect(find({ 'kuma.io/display-name': 'b' }, [otelBackend('a'), otelBackend('b')])).toMatchObject({
      endpoint: { host: 'b.obs' },
    })
  })

  test('of several the oldest is meant; one of unknown age comes last, and names decide between equals', () => {
    const young = otelBackend('young', wanted, { createdAtMs: 2000 })
    const old = otelBackend('old', wanted, { createdAtMs: 1000 })
    const [a, b] = [otelBackend('a', wanted), otelBackend('b', wanted)]
    expect(find(wanted, [a, young, old])).toMatchObject({ endpoint: { host: 'old.obs' } })
    expect(find(wanted, [a, young])).toMatchObject({ endpoint: { host: 'young.obs' } })
    expect(find(wanted, [b, a])).toMatchObject({ endpoint: { host: 'a.obs' } })
  })

  test.each([[{ team: 'obs', tier: 'other' }], [{ team: 'obs', tier: 'main', more: 'x' }], [{}]])(
    'that leads nowhere is passed over: %j',
    (labels) => {
      expect(find(labels, [otelBackend('a', wanted)])).toEqual({ skipped: expect.stringContaining('leads nowhere') })
    },
  )

  test.each<[Partial<MeshOpenTelemetryBackend>, Record<string, string>, string]>([
    [{ address: null }, {}, 'grpc://127.0.0.1:4317'],
    [{ address: null }, { HOST_IP: '10.0.0.9' }, 'grpc://10.0.0.9:4317'],
    [{ address: null, port: 4318 }, { HOST_IP: 'fd00::9' }, 'grpc://[fd00::9]:4318'],
    [{ address: 'otel', protocol: 'http', port: 4318 }, { HOST_IP: '10.0.0.9' }, 'http://otel:4318/v1/logs'],
    [{ address: 'otel', protocol: 'http', port: 4318, path: '/otlp' }, {}, 'http://otel:4318/otlp/v1/logs'],
    [{ address: 'otel', protocol: 'http', port: 4318, path: '/otlp/' }, {}, 'http://otel:4318/otlp/v1/logs'],
    [{ address: 'otel', protocol: 'http', port: 443 }, {}, 'https://otel:443/v1/logs'],
    [{ address: 'otel', protocol: 'grpc', port: 443 }, {}, 'grpc://otel:443'],
  ])('%j with %j is %s', (spec, variables, text) => {
    expect(find(wanted, [otelBackend('a', wanted, spec)], variables)).toMatchObject({ endpoint: { text } })
  })

  test('a backend whose address is none is a fault', () => {
    expect(find(wanted, [otelBackend('a', wanted, { address: 'two words' })])).toEqual({
      fault: expect.stringContaining('must be host'),
      at: 'backendRef',
    })
  })
})
