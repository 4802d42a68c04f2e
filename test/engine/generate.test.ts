/**
 * The generated source, reviewed like hand-written code: `__snapshots__/` holds it. Users' words must not be in it, whatever they are.
 */
import { describe, expect, test } from 'vitest'
import { compileFormat } from '../../src/engine/compile-format.ts'
import { explainOperators, explainPrograms } from '../../src/engine/explain.ts'
import { compileFormat as compileFromLibrary, renderEntry, WireError } from '../../src/index.ts'
import { encodeEntry, httpEntry, memory, render } from './entries.ts'

describe('generated source', () => {
  test('of a text format', async () => {
    const format = { text: '[%START_TIME%] %REQ(X-A?:PATH):20% %KUMA_MESH% %DURATION%ms\n' }
    await expect(compileFormat(format, { memory }).http.source).toMatchFileSnapshot('__snapshots__/text.js')
  })

  test('of a JSON format that omits empty values', async () => {
    const json = { code: '%RESPONSE_CODE%', who: { peer: '%DOWNSTREAM_REMOTE_ADDRESS%', agent: '<%REQ(USER-AGENT)%>' } }
    await expect(compileFormat({ json }, { memory, omitEmptyValues: true }).http.source).toMatchFileSnapshot(
      '__snapshots__/json-omit.js',
    )
  })

  test('has none of the words of users, and what they say is printed, not run', () => {
    const evil = '`$' + '{throw 1}`; */ ");\u2028throw 2//'
    expect(render('http', { text: evil }, {})).toBe(evil)
    expect(render('http', { json: { [evil]: `${evil}%REQ(x)%` } }, {})).toBe(
      `{${JSON.stringify(evil)}:${JSON.stringify(`${evil}-`)}}\n`,
    )
    const long = evil.repeat(20)
    expect(render('http', { text: long }, {})).toBe(long)
    const { source } = compileFormat(
      { text: `${long}%REQ(x-secret-name)%%KUMA_MESH%` },
      { memory, kumaValues: { mesh: evil } },
    ).http
    expect(source).not.toContain('throw')
    expect(source.replace(/\/\/.*/g, '')).not.toContain('secret')
  })

  test('a line break in an argument cannot leave its comment', () => {
    expect(render('http', { text: '%START_TIME(\u2028\r%Y)%' }, httpEntry())).toBe('\u2028\r2020')
  })
})

test('streams share a program: their values are bound once, in order of trust', () => {
  const { http } = compileFormat(
    {
      text: '%KUMA_MESH%/%KUMA_TRAFFIC_DIRECTION%/%KUMA_DESTINATION_SERVICE%/%KUMA_SOURCE_SERVICE%/%KUMA_SOURCE_ADDRESS%',
    },
    { memory, kumaValues: { sourceAddress: 'fd00::3', destinationService: 'configured' } },
  )
  const line = (stream: { logName?: string; nodeId?: string; nodeCluster?: string }) => {
    const runs = http.bindStream({ logName: '', nodeId: '', nodeCluster: '', ...stream })
    const end = http.render(memory.inputAt, memory.inputAt, memory.outputAt, runs, 0)
    return Buffer.from(memory.bytes.subarray(memory.outputAt, end)).toString()
  }
  expect(line({})).toBe('-/-/configured/-/[fd00::3]:0')
  expect(line({ nodeId: 'shop.web-01', nodeCluster: 'web' })).toBe('shop/-/configured/web/[fd00::3]:0')
  expect(line({ nodeId: 'web-01', nodeCluster: 'web' })).toBe('-/-/configured/-/[fd00::3]:0')
  expect(line({ logName: 'kuma:m%20x:dp:outbound:http:pay%25', nodeId: 'shop.web-01' })).toBe(
    'm x/OUTBOUND/pay%/-/[fd00::3]:0',
  )
  expect(line({ logName: 'kuma:broken' })).toBe('-/-/configured/-/[fd00::3]:0')
})

test('a format that names too many fields is refused', () => {
  const text = Array.from({ length: 9000 }, (_, i) => `%REQ(x-${i})%`).join('')
  expect(() => compileFormat({ text }, { memory })).toThrow(/too many different fields/)
})

test('explain tells operators, slots, steps and source; the catalogue is one line an operator', () => {
  const told = explainPrograms(compileFormat({ text: '%REQ(:METHOD)% x %KUMA_MESH%' }, { memory }))
  expect(told).toMatch(/== HTTPAccessLogEntry: \d+ slots, 2 steps ==/)
  expect(told).toContain('%REQ(:METHOD)%  exact when set:')
  expect(told).toContain('position  request.request_method')
  expect(told).toContain('function scanHTTPRequestProperties(p, end)')
  expect(explainPrograms(compileFormat({ text: '%RESPONSE_CODE_DETAILS% %KUMA_MESH%' }, { memory }))).toContain(
    'none of this format has a value here per entry',
  )
  expect(explainOperators()).toMatch(/^%START_TIME\[\(.*\)\]% +When the request/m)
})

describe('the library', () => {
  test('renders an entry to bytes of its own', () => {
    const { http } = compileFromLibrary({ text: '%REQ(:PATH)%\n' }, { memory })
    const line = renderEntry(http, memory, encodeEntry('http', httpEntry()))
    memory.bytes.fill(0, memory.outputAt, memory.outputAt + 100)
    expect(Buffer.from(line).toString()).toBe('/api?id=7&q=a%20b\n')
  })

  test('says why an entry cannot be rendered', () => {
    const { http } = compileFromLibrary({ text: '%REQ(:PATH)%\n' }, { memory })
    const error = (entry: Uint8Array) => {
      try {
        renderEntry(http, memory, entry)
      } catch (thrown) {
        return thrown as WireError
      }
      return null
    }
    expect(error(Uint8Array.of(0x0a, 5))).toMatchObject({ code: 'truncated' })
    expect(error(new Uint8Array(memory.inputBytesMax + 1))).toMatchObject({ code: 'entry_too_large' })
    expect(error(Uint8Array.of(0x0a, 5))).toBeInstanceOf(WireError)
  })
})
