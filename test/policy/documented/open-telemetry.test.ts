/**
 * OpenTelemetry as Kuma's documentation shows it, by a receiver of the official types: every form of body, attributes, placeholders in all of
 * them and in the endpoint, and one policy that logs to three backends, in all its dialects.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { KumaVersion } from '../../../src/policy/kuma-version.ts'
import { describeWithOtlpPython } from '../../support/otlp-python.ts'
import { until } from '../../support/until.ts'
import { type LogRecordJson, type Receiver, recordsOf, startReceiver } from '../../writers/otlp/receiver.ts'
import {
  everythingOut,
  forms,
  fromMesh,
  frontend,
  httpEntry,
  httpLine,
  intoFrontend,
  nodeOf,
  rules,
  tcpEntry,
  tcpLine,
  toBackend,
  topMesh,
  universal,
} from './documents.ts'
import { type WalkOptions, walk } from './walk.ts'

const indent = (text: string, by: number) => text.trim().replaceAll(/^(?=.)/gm, ' '.repeat(by))
const start = '2016-04-15T20:17:00.310Z'

/** As the page has it. */
const kvlist = `body:
  kvlistValue:
    values:
      - key: "mesh"
        value:
          stringValue: "%KUMA_MESH%"
`
/** The same, as the page has it in its Universal examples: what belongs into the list stands beside it. */
const misindented = `body:
  kvlistValue:
  values:
    - key: "mesh"
      value:
        stringValue: "%KUMA_MESH%"
`
const attributes = `attributes:
  - key: "start_time"
    value: "%START_TIME%"
`
const meshList = { kvlistValue: { values: [{ key: 'mesh', value: { stringValue: 'default' } }] } }
const startAttribute = [{ key: 'start_time', value: { stringValue: start } }]

const backend = (settings: string, typed = true, endpoint = 'otel-collector:4317') =>
  `- ${typed ? 'type: OpenTelemetry\n  ' : ''}openTelemetry:\n      endpoint: "${endpoint}"\n${indent(settings, 6)}\n`

describeWithOtlpPython('an OpenTelemetry backend', (python) => {
  let receiver: Receiver
  beforeAll(async () => {
    receiver = await startReceiver(python)
  })
  afterAll(() => receiver.stop())

  /** What a walk brings to the receiver, and the rest of it. */
  async function collect(options: Omit<WalkOptions, 'collector'>) {
    const before = receiver.requests.length
    const walked = await walk({ ...options, collector: `127.0.0.1:${receiver.grpcPort}` })
    const exported = Object.entries(walked.written).filter(([name]) => name.startsWith('policies/otlp:'))
    const count = exported.reduce((sum, [, written]) => sum + written, 0)
    // What the receiver says of them may still be on its way.
    const records = await until('the receiver to tell', () => {
      const all = recordsOf(receiver.requests.slice(before))
      return count > 0 && all.length >= count && all
    })
    return { walked, requests: receiver.requests.slice(before), records }
  }

  const canary = { from: nodeOf(universal, 'frontend-canary') }

  async function recordsOfBackend(
    settings: string,
    typed = true,
    version: KumaVersion = '2.14',
  ): Promise<LogRecordJson[]> {
    const { records, walked } = await collect({
      documents: [everythingOut(backend(settings, typed)), frontend(universal, 'canary')],
      traffic: [{ ...canary, http: [httpEntry(toBackend)], tcp: [tcpEntry(toBackend)] }],
      kuma: { version },
    })
    expect(walked.complaints).toEqual([])
    return records
  }

  test.each([
    ['with a type', true],
    ['without one', false],
  ])('sends the body and the attributes of the sample, %s', async (_, typed) => {
    const records = await recordsOfBackend(`${kvlist}${attributes}`, typed)
    expect(records.map(({ body, attributes }) => ({ body, attributes }))).toEqual([
      { body: meshList, attributes: startAttribute },
      { body: meshList, attributes: startAttribute },
    ])
  })

  test('sends the default line of the kind of traffic where no body is given', async () => {
    const records = await recordsOfBackend(attributes)
    expect(records.map(({ body }) => body)).toEqual([
      { stringValue: httpLine('frontend', 'backend').trimEnd() },
      { stringValue: tcpLine('frontend', 'backend').trimEnd() },
    ])
  })

  test.each<[string, string, object]>([
    ['stringValue', 'body:\n  stringValue: "%KUMA_MESH%"\n', { stringValue: 'default' }],
    [
      'stringValue of several lines',
      'body:\n  stringValue: |\n    %KUMA_MESH%\n    %START_TIME%\n',
      { stringValue: `default\n${start}\n` },
    ],
    ['boolValue', 'body:\n  boolValue: true\n', { boolValue: true }],
    ['intValue', 'body:\n  intValue: 123\n', { intValue: '123' }],
    ['doubleValue', 'body:\n  doubleValue: 1.2\n', { doubleValue: 1.2 }],
    ['bytesValue', 'body:\n  bytesValue: aGVsbG8=\n', { bytesValue: 'aGVsbG8=' }],
    [
      'arrayValue',
      'body:\n  arrayValue:\n    values:\n      - stringValue: "%KUMA_MESH%"\n',
      { arrayValue: { values: [{ stringValue: 'default' }] } },
    ],
    ['kvlistValue', kvlist, meshList],
    ['kvlistValue whose values stand beside it', misindented, meshList],
    [
      'a bare text, without the quotes that Kuma leaves around it',
      'body: "in %KUMA_MESH%"\n',
      { stringValue: 'in default' },
    ],
  ])('takes a body as %s', async (_, body, expected) => {
    const records = await recordsOfBackend(body)
    expect(records.map((record) => record.body)).toEqual([expected, expected])
  })

  const five = [
    ['%KUMA_MESH%', 'default'],
    ['%KUMA_SOURCE_SERVICE%', 'frontend'],
    ['%KUMA_DESTINATION_SERVICE%', 'backend'],
    ['%KUMA_SOURCE_ADDRESS_WITHOUT_PORT%', '192.168.0.1'],
    ['%KUMA_TRAFFIC_DIRECTION%', 'OUTBOUND'],
  ] as const

  describe.each(five)('fills in %s', (operator, value) => {
    test('in the body, however deep', async () => {
      const body = `body: { arrayValue: { values: [ { kvlistValue: { values: [ { key: k, value: { stringValue: "<${operator}>" } } ] } } ] } }`
      const [record] = await recordsOfBackend(body)
      expect(JSON.stringify(record!.body)).toContain(`"stringValue":"<${value}>"`)
    })

    // Kuma before 2.14 leaves them as they are, and Envoy refuses them; the documentation of all versions fills them in.
    test.each<KumaVersion>(['2.9', '2.13', '2.14'])('in attributes, by the rules of Kuma %s', async (version) => {
      const [record] = await recordsOfBackend(`attributes: [ { key: a, value: "<${operator}>" } ]\n`, true, version)
      expect(record!['attributes']).toEqual([{ key: 'a', value: { stringValue: `<${value}>` } }])
    })

    test('in the endpoint', async () => {
      const { requests } = await collect({
        documents: [
          everythingOut(backend('body: x', true, `http://127.0.0.1:${receiver.httpPort}/of-${operator}`)),
          frontend(universal, 'canary'),
        ],
        traffic: [{ ...canary, tcp: [tcpEntry(toBackend)] }],
      })
      expect(requests.map(({ headers }) => headers[':path'])).toEqual([`/of-${value}`])
    })
  })

  test('an endpoint of host and port may have its host filled in: each mesh its collector', async () => {
    const inMesh = (text: string) => text.replace('mesh: default', 'mesh: localhost')
    const { records } = await collect({
      documents: [
        inMesh(everythingOut(backend(kvlist, true, `%KUMA_MESH%:${receiver.grpcPort}`))),
        inMesh(frontend(universal, 'canary')),
      ],
      traffic: [{ from: 'localhost.frontend-canary', tcp: [tcpEntry(toBackend)] }],
    })
    expect(records.map(({ body }) => JSON.stringify(body))).toEqual([expect.stringContaining('"localhost"')])
  })

  describe('beside TCP and a file, all from one policy', () => {
    const three = (typed: boolean, body: string) => {
      const as = (text: string) => (typed ? text : text.replaceAll(/type: \w+\n */g, ''))
      return as(`- type: Tcp
  tcp:
    address: 127.0.0.1:5000
    format:
      type: Json
      json:
        - key: "start_time"
          value: "%START_TIME%"
- type: File
  file:
    path: /dev/stdout
    format:
      type: Plain
      plain: '[%START_TIME%]'
- type: OpenTelemetry
  openTelemetry:
    endpoint: otel-collector:4317
${indent(`${body}${attributes}`, 4)}
`)
    }

    /** The page indents the body as it should be in Kubernetes' form up to 2.8. */
    const dialects: readonly [KumaVersion, KumaVersion, string, boolean, (backends: string) => string][] = [
      ['2.2', '2.2', 'kuma-system', false, (backends) => `${topMesh}${fromMesh(backends)}`],
      ['2.3', '2.8', 'kuma-system', true, (backends) => `${topMesh}${fromMesh(backends)}`],
      ['2.9', '2.9', 'kuma-demo', true, fromMesh],
      ['2.10', '2.14', 'kuma-demo', true, rules],
    ]

    describe.each(dialects)('as for Kuma %s to %s', (first, last, namespace, typed, spec) => {
      test.each(
        forms.flatMap((form) =>
          [...new Set([first, last, '2.14'] as const)].map((version) => [form.form, version, form] as const),
        ),
      )('%s, by the rules of Kuma %s', async (_, version, form) => {
        const body = form.form === 'Kubernetes' && namespace === 'kuma-system' ? kvlist : misindented
        const { walked, records } = await collect({
          documents: [form.policy('multiple-backends', spec(three(typed, body)), namespace), frontend(form, 'canary')],
          traffic: [
            { from: nodeOf(form, 'frontend-canary'), http: [httpEntry(intoFrontend)], tcp: [tcpEntry(intoFrontend)] },
          ],
          kuma: { version },
        })
        expect(walked.tcp).toBe(`{"start_time":"${start}"}\n`.repeat(2))
        expect(walked.stdout).toBe(`[${start}]\n`.repeat(2))
        expect(records.map(({ body, attributes }) => [body, attributes])).toEqual([
          [meshList, startAttribute],
          [meshList, startAttribute],
        ])
        expect(walked.complaints).toEqual([])
      })
    })
  })
})
