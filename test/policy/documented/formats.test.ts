/**
 * What Kuma's documentation says of formats: the defaults of TCP and HTTP, text and JSON, the lists of default fields, and values that are
 * not there. Each with and without `type`, as versions before and since 2.3 write it.
 */
import { describe, expect, test } from 'vitest'
import {
  everythingOut,
  frontend,
  httpEntry,
  httpLine,
  nodeOf,
  tcpEntry,
  tcpLine,
  toBackend,
  universal,
} from './documents.ts'
import { type Traffic, walk } from './walk.ts'

interface Lines {
  readonly http: string
  readonly tcp: string
}

/** What one HTTP request and one TCP connection to the backend make. */
async function linesOf(format: string, kuma: object = {}): Promise<Lines> {
  const backend = `- type: File\n  file:\n    path: /dev/stdout\n${format.replaceAll(/^(?=.)/gm, '    ')}`
  const of = async (sent: Pick<Traffic, 'http' | 'tcp'>) => {
    const { stdout, complaints } = await walk({
      documents: [everythingOut(backend), frontend(universal, 'canary')],
      traffic: [{ from: nodeOf(universal, 'frontend-canary'), ...sent }],
      kuma,
    })
    expect(complaints).toEqual([])
    return stdout
  }
  return { http: await of({ http: [httpEntry(toBackend)] }), tcp: await of({ tcp: [tcpEntry(toBackend)] }) }
}

/** As 2.3 and later write it, and as 2.2 does. */
const dialects = (format: string) =>
  [
    ['with a type', format],
    ['without one', format.replace(/^ {2}type: .*\n/m, '')],
  ] as const

describe('without a format', () => {
  test('TCP and HTTP have the default lines that are documented', async () => {
    expect(await linesOf('')).toEqual({
      http: '[2016-04-15T20:17:00.310Z] default "GET /cart HTTP/1.1" 200 - 154 26 42 11 "10.1.2.3" "curl/7.54.0" "b8d0" "backend.mesh" "frontend" "backend" "192.168.0.1" "10.0.0.8:8080"\n',
      tcp: '[2016-04-15T20:17:00.310Z] - default 192.168.0.1(frontend)->10.0.0.8:8080(backend) took 42ms, sent 26 bytes, received: 154 bytes\n',
    })
    expect(await linesOf('')).toEqual({ http: httpLine('frontend', 'backend'), tcp: tcpLine('frontend', 'backend') })
  })

  test('with defaultFormat: kuma HTTP has the trace id too, which Kuma itself prints', async () => {
    expect(await linesOf('', { defaultFormat: 'kuma' })).toEqual({
      http: '[2016-04-15T20:17:00.310Z] default "GET /cart HTTP/1.1" 200 - 154 26 42 11 "10.1.2.3" "curl/7.54.0" "463ac35c9f6413ad" "b8d0" "backend.mesh" "frontend" "backend" "192.168.0.1" "10.0.0.8:8080"\n',
      tcp: '[2016-04-15T20:17:00.310Z] - default 192.168.0.1(frontend)->10.0.0.8:8080(backend) took 42ms, sent 26 bytes, received: 154 bytes\n',
    })
  })
})

describe('Plain', () => {
  const sample = `format:
  type: Plain
  plain: '[%START_TIME%] %BYTES_RECEIVED%'
`

  test.each(dialects(sample))('the sample makes its line, %s', async (_, format) => {
    const line = '[2016-04-15T20:17:00.310Z] 154\n'
    expect(await linesOf(format)).toEqual({ http: line, tcp: line })
  })

  test('source, destination and duration, as at the top of the page', async () => {
    const format = `format:
  type: Plain
  plain: '%START_TIME% %KUMA_SOURCE_SERVICE% => %KUMA_DESTINATION_SERVICE% %DURATION%'
`
    const line = '2016-04-15T20:17:00.310Z frontend => backend 42\n'
    expect(await linesOf(format)).toEqual({ http: line, tcp: line })
  })

  const ofHttp = `format:
  type: Plain
  plain: '<%REQ(X-ENVOY-ORIGINAL-PATH?:PATH):4%> <%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%>'
`

  test('what only HTTP has is a - in TCP traffic', async () => {
    expect(await linesOf(ofHttp)).toEqual({ http: '</car> <11>\n', tcp: '<-> <->\n' })
  })

  test('what only HTTP has is empty in TCP traffic with omitEmptyValues', async () => {
    expect(await linesOf(`${ofHttp}  omitEmptyValues: true\n`)).toEqual({ http: '</car> <11>\n', tcp: '<> <>\n' })
  })
})

describe('Json', () => {
  const pairs = (...all: readonly (readonly [key: string, value: string])[]) =>
    `format:\n  type: Json\n  json:\n${all.map(([key, value]) => `    - key: "${key}"\n      value: ${value}\n`).join('')}`
  const sample = pairs(['start_time', '"%START_TIME%"'], ['bytes_received', '"%BYTES_RECEIVED%"'])

  test.each(dialects(sample))('the sample makes its line with jsonTypes: string, %s', async (_, format) => {
    const line = '{"start_time":"2016-04-15T20:17:00.310Z","bytes_received":"154"}\n'
    expect(await linesOf(format, { jsonTypes: 'string' })).toEqual({ http: line, tcp: line })
  })

  test.each(dialects(sample))('the sample has a number otherwise, as Envoy has it, %s', async (_, format) => {
    const line = '{"start_time":"2016-04-15T20:17:00.310Z","bytes_received":154}\n'
    expect(await linesOf(format)).toEqual({ http: line, tcp: line })
  })

  const ofHttp = pairs(['method', '"%REQ(:METHOD)%"'], ['said', '"took %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%"'])

  test('what only HTTP has is null in TCP traffic', async () => {
    const lines = {
      http: '{"method":"GET","said":"took 11"}\n',
      tcp: '{"method":null,"said":"took -"}\n',
    }
    expect(await linesOf(ofHttp)).toEqual(lines)
    expect(await linesOf(ofHttp, { jsonTypes: 'string' })).toEqual(lines)
  })

  test('what only HTTP has is left out of TCP traffic with omitEmptyValues', async () => {
    const format = `${ofHttp}  omitEmptyValues: true\n`
    const lines = { http: '{"method":"GET","said":"took 11"}\n', tcp: '{"said":"took "}\n' }
    expect(await linesOf(format)).toEqual(lines)
    expect(await linesOf(format, { jsonTypes: 'string' })).toEqual(lines)
  })

  test('keys stand in the order of the list, and with sortKeys in that of the alphabet', async () => {
    const format = pairs(['b', '"1"'], ['a', '"2"'])
    expect((await linesOf(format)).tcp).toBe('{"b":"1","a":"2"}\n')
    expect((await linesOf(format, { sortKeys: true })).tcp).toBe('{"a":"2","b":"1"}\n')
  })

  const tcpFields = pairs(
    ['start_time', '"%START_TIME%"'],
    ['response_flags', '"%RESPONSE_FLAGS%"'],
    ['kuma_mesh', '"%KUMA_MESH%"'],
    ['kuma_source_address_without_port', '"%KUMA_SOURCE_ADDRESS_WITHOUT_PORT%"'],
    ['kuma_source_service', '"%KUMA_SOURCE_SERVICE%"'],
    ['upstream_host', '"%UPSTREAM_HOST%"'],
    ['kuma_destination_service', '"%KUMA_DESTINATION_SERVICE%"'],
    ['duration_ms', '"%DURATION%"'],
    ['bytes_sent', '"%BYTES_SENT%"'],
    ['bytes_received', '"%BYTES_RECEIVED%"'],
  )

  describe.each(dialects(tcpFields))('the default fields of TCP, %s', (_, format) => {
    test.each([
      ['typed', '42', '26', '154'],
      ['string', '"42"', '"26"', '"154"'],
    ])('are all there: %s', async (jsonTypes, duration, sent, received) => {
      expect((await linesOf(format, { jsonTypes })).tcp).toBe(
        `{"start_time":"2016-04-15T20:17:00.310Z","response_flags":"-","kuma_mesh":"default","kuma_source_address_without_port":"192.168.0.1","kuma_source_service":"frontend","upstream_host":"10.0.0.8:8080","kuma_destination_service":"backend","duration_ms":${duration},"bytes_sent":${sent},"bytes_received":${received}}\n`,
      )
    })
  })

  // As the page has them: one quote too many at the method, and quotes around four others.
  const httpFields = pairs(
    ['start_time', '"%START_TIME%"'],
    ['kuma_mesh', '"%KUMA_MESH%"'],
    ['method', `'"%REQ(:METHOD)%'`],
    ['path', '"%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%"'],
    ['protocol', `'%PROTOCOL%'`],
    ['response_code', '"%RESPONSE_CODE%"'],
    ['response_flags', '"%RESPONSE_FLAGS%"'],
    ['bytes_received', '"%BYTES_RECEIVED%"'],
    ['bytes_sent', '"%BYTES_SENT%"'],
    ['duration_ms', '"%DURATION%"'],
    ['upstream_service_time', '"%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%"'],
    ['x_forwarded_for', `'"%REQ(X-FORWARDED-FOR)%"'`],
    ['user_agent', `'"%REQ(USER-AGENT)%"'`],
    ['request_id', `'"%REQ(X-REQUEST-ID)%"'`],
    ['authority', `'"%REQ(:AUTHORITY)%"'`],
    ['kuma_source_service', '"%KUMA_SOURCE_SERVICE%"'],
    ['kuma_destination_service', '"%KUMA_DESTINATION_SERVICE%"'],
    ['kuma_source_address_without_port', '"%KUMA_SOURCE_ADDRESS_WITHOUT_PORT%"'],
    ['upstream_host', '"%UPSTREAM_HOST%"'],
  )

  describe.each(dialects(httpFields))('the default fields of HTTP, stray quotes included, %s', (_, format) => {
    test.each([
      ['typed', (number: number) => `${number}`],
      ['string', (number: number) => `"${number}"`],
    ])('are all there, and the quotes are part of the values: %s', async (jsonTypes, n) => {
      const { http } = await linesOf(format, { jsonTypes })
      expect(http).toBe(
        String.raw`{"start_time":"2016-04-15T20:17:00.310Z","kuma_mesh":"default","method":"\"GET","path":"/cart","protocol":"HTTP/1.1","response_code":${n(200)},"response_flags":"-","bytes_received":${n(154)},"bytes_sent":${n(26)},"duration_ms":${n(42)},"upstream_service_time":"11","x_forwarded_for":"\"10.1.2.3\"","user_agent":"\"curl/7.54.0\"","request_id":"\"b8d0\"","authority":"\"backend.mesh\"","kuma_source_service":"frontend","kuma_destination_service":"backend","kuma_source_address_without_port":"192.168.0.1","upstream_host":"10.0.0.8:8080"}` +
          '\n',
      )
      expect(JSON.parse(http)).toHaveProperty('authority', '"backend.mesh"')
    })
  })
})
