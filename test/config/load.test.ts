/** Documents to faults: every fault with its path, line and column, all of them at once. */
import { describe, expect, test } from 'vitest'
import { formatFaults } from '../../src/config/format-faults.ts'
import { loadDocuments } from '../../src/config/load.ts'
import { FormatError } from '../../src/errors.ts'

/** `line:column code path` of each fault of the first document. */
function faultsOf(text: string): string[] {
  return loadDocuments('sink.yaml', text)[0]!.faults.map((f) => `${f.line}:${f.column} ${f.code} ${f.path}`)
}

function messagesOf(text: string): string[] {
  return loadDocuments('sink.yaml', text)[0]!.faults.map((f) => f.message)
}

const backend = (lines: string) => `pipelines:\n- backends:\n  - type: File\n    file:\n      path: /x\n${lines}`

describe('faults of a document', () => {
  test.each<[string, string[]]>([
    ['lissten: {}', ['1:1 unknown_key lissten']],
    ['listen:\n  grpc: 127.0.0.1', ['2:9 wrong_value listen.grpc']],
    ['listen:\n  grpc: [127.0.0.1:1, ":9001"]', ['2:23 wrong_value listen.grpc[1]']],
    ['listen:\n  grpc: []', ['2:9 wrong_value listen.grpc']],
    [
      'limits: {memory: 12XB, streams: 0, messageBytes: 1}',
      ['1:18 wrong_value limits.memory', '1:33 wrong_value limits.streams', '1:50 wrong_value limits.messageBytes'],
    ],
    ['limits: {memory: 2MiB}', ['1:1 wrong_value limits.messageBytes']],
    ['log:\n  level: loud', ['2:10 wrong_value log.level']],
    ['shutdown: {graceSeconds: -1}', ['1:26 wrong_value shutdown.graceSeconds']],
    ['shutdown: {graceSeconds: soon}', ['1:26 wrong_type shutdown.graceSeconds']],
    ['timeZone: Mars/Olympus', ['1:11 wrong_value timeZone']],
    ['pipelines: []', ['1:12 wrong_value pipelines']],
    ['pipelines: {}', ['1:12 wrong_type pipelines']],
    ['pipelines: [{name: a}, {name: a}]', ['1:31 duplicate pipelines[1].name']],
    ['pipelines: [{backends: []}]', ['1:24 wrong_value pipelines[0].backends']],
    ['pipelines:\n- backends:\n  - file: {path: /x}', ['3:5 missing pipelines[0].backends[0].type']],
    ['pipelines:\n- backends:\n  - type: Filee', ['3:11 wrong_value pipelines[0].backends[0].type']],
    ['pipelines:\n- backends:\n  - type: File', ['3:5 missing pipelines[0].backends[0].file']],
    [
      'pipelines: [{match: {entries: udp, logNmae: x, nodeId: ""}}]',
      [
        '1:31 wrong_value pipelines[0].match.entries',
        '1:36 unknown_key pipelines[0].match.logNmae',
        '1:56 wrong_value pipelines[0].match.nodeId',
      ],
    ],
    [backend('      mode: 640'), ['6:13 wrong_value pipelines[0].backends[0].file.mode']],
    [backend('      mode: "0888"'), ['6:13 wrong_value pipelines[0].backends[0].file.mode']],
    [
      backend('    queue: {maxBytes: lots, whenFull: drop, flushAfter: 5}'),
      [
        '6:23 wrong_value pipelines[0].backends[0].queue.maxBytes',
        '6:39 wrong_value pipelines[0].backends[0].queue.whenFull',
        '6:57 wrong_value pipelines[0].backends[0].queue.flushAfter',
      ],
    ],
    [backend('      format: {plain: x}'), ['6:7 missing pipelines[0].backends[0].file.format.type']],
    [backend('      format: {type: Plain}'), ['6:7 missing pipelines[0].backends[0].file.format.plain']],
    [
      backend('      format: {type: Json, json: [{key: a}]}'),
      ['6:35 missing pipelines[0].backends[0].file.format.json[0].value'],
    ],
    [
      backend('      format: {preset: envoy, type: Plain}'),
      ['6:31 conflict pipelines[0].backends[0].file.format.type'],
    ],
    [backend('      logFormat: {}'), ['6:18 missing pipelines[0].backends[0].file.logFormat']],
    [
      backend('      logFormat: {text_format: a, json_format: {a: b}}'),
      ['6:35 conflict pipelines[0].backends[0].file.logFormat.json_format'],
    ],
    [
      backend('      logFormat: {textFormatSource: {}}'),
      [
        '6:18 missing pipelines[0].backends[0].file.logFormat',
        '6:19 unknown_key pipelines[0].backends[0].file.logFormat.textFormatSource',
      ],
    ],
    [
      backend('      format: {preset: envoy}\n      logFormat: {text_format: a}'),
      ['7:7 conflict pipelines[0].backends[0].file.logFormat'],
    ],
    [
      'kuma: {values: {mash: x, sourceAddress: "10.0.0.1:80", trafficDirection: UP}}',
      [
        '1:17 unknown_key kuma.values.mash',
        '1:41 wrong_value kuma.values.sourceAddress',
        '1:74 wrong_value kuma.values.trafficDirection',
      ],
    ],
    [
      'policies: [a.yaml, 1, ""]\nkuma: {targetRefs: some, jsonTypes: text, allow: {paths: [/var/log, logs], hosts: [""]}}',
      [
        '1:20 wrong_value policies[1]',
        '1:23 wrong_value policies[2]',
        '2:20 wrong_value kuma.targetRefs',
        '2:37 wrong_value kuma.jsonTypes',
        '2:69 wrong_value kuma.allow.paths[1]',
        '2:84 wrong_value kuma.allow.hosts[0]',
      ],
    ],
    ['policies: {}', ['1:11 wrong_value policies']],
    ['"é😀": 1', ['1:1 unknown_key é😀']],
    ['{"é😀": 1, b: 2}', ['1:2 unknown_key é😀', '1:11 unknown_key b']],
    ['log: {level: info}\nlog: {level: warn}', ['2:1 yaml ']],
    ['- 1', ['1:1 wrong_type ']],
    ['type: MeshAccessLog\nname: x', ['1:1 unsupported_kind ']],
  ])('%s', (text, faults) => {
    expect(faultsOf(text)).toEqual(faults)
  })

  test.each<[string, string]>([
    ['lissten: {}', 'is not a key here. Did you mean listen?'],
    [backend('      logFormat: {textFormatSource: {}}'), 'is not a key here. Did you mean text_format_source?'],
    ['log: {level: worn}', 'must be trace, debug, info, warn, error, fatal or silent, not "worn". Did you mean warn?'],
    [backend('      mode: 0640'), 'must be octal digits in quotes, such as "0640", not 640.'],
    [
      'listen: {grpc: ":9001"}',
      'must be an address such as 127.0.0.1:9001, [::1]:9001 or unix:/run/als.sock, not ":9001". For every interface write 0.0.0.0:9001 or [::]:9001.',
    ],
    [
      'kuma: {version: "2.15"}',
      'must be 2.2, 2.3, 2.4, 2.5, 2.6, 2.7, 2.8, 2.9, 2.10, 2.11, 2.12, 2.13, 2.14 or 3.0-dev, not "2.15".',
    ],
    [
      'kuma: {version: 2.10}',
      'must be 2.2, 2.3, 2.4, 2.5, 2.6, 2.7, 2.8, 2.9, 2.10, 2.11, 2.12, 2.13, 2.14 or 3.0-dev, not 2.1. Write it in quotes: YAML reads 2.10 as 2.1.',
    ],
    ['kuma: {allow: {paths: [logs]}}', 'must be an absolute path such as /var/log/mesh, not "logs".'],
  ])('%s says how to mend it', (text, message) => {
    expect(messagesOf(text)).toContain(message)
  })

  test.each([
    'pipelines: [{backends: [{type: OpenTelemetry, openTelemetry: {endpoint: otel, backendRef: {}}}]}]',
    backend('      logFormat: {text_format: a, formatters: []}'),
  ])('%s is refused as not supported, never ignored', (text) => {
    expect(messagesOf(text)).toEqual([expect.stringContaining('is not supported by this version.')])
  })

  test('a file of no YAML is one document with its faults', () => {
    const documents = loadDocuments('sink.yaml', 'a: [\n')
    expect(documents).toHaveLength(1)
    expect(documents[0]).toMatchObject({ config: null, faults: [{ code: 'yaml' }] })
  })

  test('documents of one file are judged one by one', () => {
    const documents = loadDocuments('all.yaml', 'log: {level: warn}\n---\nlgo: {}\n---\n')
    expect(documents.map(({ index, config, faults }) => [index, config !== null, faults.length])).toEqual([
      [0, true, 0],
      [1, false, 1],
    ])
    expect(documents[1]!.faults[0]).toMatchObject({ line: 3, column: 1 })
  })

  test('aliases that multiply without end are a fault', () => {
    const level = (n: number) =>
      `l${n}: &l${n} [${Array(10)
        .fill(`*l${n - 1}`)
        .join(', ')}]`
    const text = `l0: &l0 [x]\n${[1, 2, 3, 4, 5, 6].map(level).join('\n')}\n`
    expect(faultsOf(text)).toEqual(['1:1 yaml '])
  })
})

describe('warnings of a document', () => {
  test.each<[string, string[]]>([
    ['', []],
    [
      backend('      format: {type: Plain, plain: x, json: [{key: a, value: b}]}'),
      ['6:39 unused pipelines[0].backends[0].file.format.json'],
    ],
    [
      backend('      format: {type: Json, json: [{key: a, value: b}, {key: a, value: c}]}'),
      ['6:41 duplicate_key pipelines[0].backends[0].file.format.json[0].key'],
    ],
  ])('%s', (text, warnings) => {
    const [document] = loadDocuments('sink.yaml', text)
    expect(document!.faults).toEqual([])
    expect(document!.warnings.map((f) => `${f.line}:${f.column} ${f.code} ${f.path}`)).toEqual(warnings)
  })
})

describe('a fault inside a format string is placed in the document', () => {
  test.each<[string, string, number, string, string]>([
    ['plain', '      logFormat: {text_format: a %X% b}', 2, 'text_format', '6:34'],
    ['single quotes', "      logFormat: {text_format: 'it''s %X%'}", 5, 'text_format', '6:39'],
    ['double quotes', '      logFormat: {text_format: "\\u00e9\\t%X%"}', 2, 'text_format', '6:41'],
    ['an astral escape', '      logFormat: {text_format: "\\U0001F600%X%"}', 2, 'text_format', '6:43'],
    ['characters beyond the BMP', '      logFormat: {text_format: "😀%X%"}', 2, 'text_format', '6:34'],
    [
      'a folded plain scalar',
      '      logFormat:\n        text_format: one\n          two %X%',
      8,
      'text_format',
      '8:15',
    ],
    [
      'a literal block',
      '      logFormat:\n        text_format: |\n          one\n          two %X%\n',
      8,
      'text_format',
      '9:15',
    ],
    [
      'a folded block',
      '      logFormat:\n        text_format: >-\n          one\n          two %X%\n',
      8,
      'text_format',
      '9:15',
    ],
    [
      'a JSON format',
      '      logFormat:\n        json_format:\n          a.b:\n          - "%X%"',
      0,
      'json_format.a.b[0]',
      '9:14',
    ],
  ])('%s', (_, lines, index, place, position) => {
    const [document] = loadDocuments('sink.yaml', backend(lines))
    expect(document!.faults).toEqual([])
    const error = new FormatError({ code: 'x', message: 'x', text: 'x'.repeat(30), index })
    const [fault] = formatFaults(error, `pipelines[0].backends[0].file.logFormat.${place}`)
    const placed = document!.place(fault!)
    expect(`${placed.line}:${placed.column}`).toBe(position)
  })
})
