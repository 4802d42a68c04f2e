/** `als-sink envoy`: what Envoy's logger must be told for a format. A real Envoy judges the configuration in test/envoy. */
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { run as runCli } from './run.ts'

describe('the logger block', () => {
  test('lists headers and filter state, and ships what no entry carries', async () => {
    const answer = await block('%REQ(X-A)% %RESP(X-B?X-C)% %TRAILER(X-D)% %FILTER_STATE(k)% %CONNECTION_ID% %PROTOCOL%')
    expect(answer.access_log.http.typed_config).toMatchObject({
      additional_request_headers_to_log: ['x-a'],
      additional_response_headers_to_log: ['x-b', 'x-c'],
      additional_response_trailers_to_log: ['x-d'],
    })
    expect(answer.access_log.http.typed_config.common_config).toMatchObject({
      filter_state_objects_to_log: ['k'],
      custom_tags: [
        {
          tag: 'als:%CONNECTION_ID%',
          value:
            '%COALESCE({"operators":[{"command":"CONNECTION_ID"},{"command":"START_TIME","param":"<absent>"}]})%<end>',
        },
      ],
    })
    expect(answer.access_log.tcp.typed_config.common_config).toEqual(answer.access_log.http.typed_config.common_config)
  })

  test('with --exact ships what may differ, and lists it no more', async () => {
    const answer = await block('%REQ(X-A):5% %DURATION% %PROTOCOL%', '--exact')
    const { typed_config } = answer.access_log.http
    expect(typed_config).not.toHaveProperty('additional_request_headers_to_log')
    expect(typed_config.common_config.custom_tags!.map(({ tag }) => tag)).toEqual([
      'als:%REQ(X-A):5%',
      'als:%DURATION%',
      'als:%PROTOCOL%',
    ])
    expect(typed_config.common_config.custom_tags![0]!.value).toContain('"max_length":5')
  })

  test('ships metadata of the configuration by its namespace, once', async () => {
    const answer = await block('%METADATA(ROUTE:ns:a)% %METADATA(ROUTE:ns:b:c)%')
    const tags = answer.access_log.http.typed_config.common_config.custom_tags!
    expect(tags.map(({ tag }) => tag)).toEqual(['als:%METADATA(ROUTE:ns)%'])
  })

  test('ships filter state without its length, which cuts the text only', async () => {
    const answer = await block('%FILTER_STATE(k):3% %FILTER_STATE(k:PLAIN):3%', '--exact')
    const tags = answer.access_log.http.typed_config.common_config.custom_tags!
    expect(tags.map(({ tag }) => tag)).toEqual(['als:%FILTER_STATE(k)%', 'als:%FILTER_STATE(k:PLAIN):3%'])
    expect(tags.map(({ value }) => value.includes('max_length'))).toEqual([false, true])
  })

  test('ships a typed expression twice: as text, and in a message that tells its type', async () => {
    const answer = await block('%TYPED_CEL(response.code):2%')
    const [text, typed, ...others] = answer.access_log.http.typed_config.common_config.custom_tags!
    const message =
      'envoy.config.core.v3.KeyValuePair{value:type(response.code)==int||type(response.code)==uint?double(response.code):(response.code)}'
    expect(text!.tag).toBe('als:%TYPED_CEL(response.code):2%')
    expect(text!.value).toContain('"max_length":2')
    expect(typed!.tag).toBe(`als:%CEL(${message})%`)
    expect(typed!.value).not.toContain('max_length')
    expect(others).toEqual([])
  })

  test('ships what is never absent as it is', async () => {
    const answer = await block('%DOWNSTREAM_DIRECT_LOCAL_PORT% %ENVIRONMENT(POD):3%')
    expect(answer.access_log.http.typed_config.common_config.custom_tags).toEqual([
      { tag: 'als:%DOWNSTREAM_DIRECT_LOCAL_PORT%', value: '%DOWNSTREAM_DIRECT_LOCAL_PORT%<end>' },
      { tag: 'als:%ENVIRONMENT(POD):3%', value: '%ENVIRONMENT(POD):3%<end>' },
    ])
  })

  test('before 1.40 a list tells an empty header from none, except where COALESCE passes over it', async () => {
    const chosen = '%COALESCE({"operators":[{"command":"REQ","param":"X-B"}]})%'
    const answer = await block(`%REQ(X-A?:PATH)% ${chosen}`, '--exact', '--envoy-version', '1.39')
    const { typed_config } = answer.access_log.http
    expect(typed_config).toMatchObject({ additional_request_headers_to_log: ['x-a', ':path'] })
    const tags = typed_config.common_config.custom_tags!
    expect(tags.map(({ tag }) => tag)).toEqual(['als:%REQ(X-B)%', 'als:%REQ(X-A?:PATH)%'])
    expect(tags[0]!.value).toContain('<absent>')
    expect(tags[1]!.value).toBe('%REQ(X-A?:PATH)%')
  })

  test('hides parentheses, which could end the argument', async () => {
    const answer = await block('%CEL(size(request.path)):5%')
    const [tag] = answer.access_log.http.typed_config.common_config.custom_tags!
    expect(tag!.value).toContain('"param":"size(request.path\\u0029"')
  })

  test('an Envoy without format strings in custom tags gets older kinds of tags, and a warning for the rest', async () => {
    const format = '%ENVIRONMENT(POD)% %METADATA(ROUTE:ns:a)% %CONNECTION_ID%'
    const run = await runCli('envoy', '--text', format, '--envoy-version', '1.36', '--output', 'json')
    const answer = JSON.parse(run.stdout) as Answer
    expect(answer.access_log.http.typed_config.common_config.custom_tags).toEqual([
      { tag: 'als:%ENVIRONMENT(POD)%', environment: { name: 'POD' } },
      {
        tag: 'als:%METADATA(ROUTE:ns:a)%',
        metadata: { kind: { route: {} }, metadata_key: { key: 'ns', path: [{ key: 'a' }] } },
      },
    ])
    expect(run.stderr).toContain('warning: %CONNECTION_ID%: no entry has it')
  })

  test('--outage makes room for what comes meanwhile', async () => {
    const answer = await block('%PROTOCOL%', '--rate', '500', '--outage', '2s')
    expect(answer.access_log.http.typed_config.common_config).toMatchObject({
      buffer_size_bytes: 2_048_000,
      grpc_stream_retry_policy: { num_retries: 32 },
    })
  })

  test('is YAML by default, ready to paste', async () => {
    const run = await runCli('envoy', '--text', '%REQ(X-A)%', '--address', 'unix:/run/als.sock')
    const blocks = run.stdout.split(/^#.*$/m).filter((text) => text.trim() !== '')
    const documents = blocks.flatMap((text) => parseAllDocuments(text)).map((document) => document.toJS() as object)
    expect(documents).toHaveLength(3)
    expect(documents[2]).toMatchObject({
      clusters: [{ load_assignment: { endpoints: [{ lb_endpoints: [{ endpoint: { address: { pipe: {} } } }] }] } }],
    })
  })
})

test('without a format there is nothing to print', async () => {
  const run = await runCli('envoy')
  expect(run.code).toBe(2)
  expect(run.stderr).toContain('Which format?')
})

interface Answer {
  readonly access_log: Readonly<Record<'http' | 'tcp', { readonly typed_config: TypedConfig }>>
}
interface TypedConfig {
  readonly common_config: { readonly custom_tags?: readonly { readonly tag: string; readonly value: string }[] }
}

async function block(format: string, ...flags: string[]): Promise<Answer> {
  const run = await runCli('envoy', '--text', format, '--output', 'json', ...flags)
  expect(run.code).toBe(0)
  return JSON.parse(run.stdout) as Answer
}
