/** Formats that lie outside of the document: what is read, and what is said when it cannot be. */
import { expect, test } from 'vitest'
import { loadDocuments } from '../../src/config/load.ts'

const outside = {
  readFile: (path: string) => {
    if (path !== 'format.txt') throw new Error(`ENOENT: no such file, open '${path}'`)
    return Buffer.from('%PATH% \xff\n', 'latin1')
  },
  realPath: (path: string) => path,
  variables: { FORMAT: '%METHOD%\n' },
}

function load(source: string) {
  const text = `pipelines: [{backends: [{type: File, file: {path: /a, logFormat: {text_format_source: ${source}}}}]}]`
  const [{ config, faults }] = loadDocuments('sink.yaml', text, outside) as [ReturnType<typeof loadDocuments>[number]]
  const backend = config?.pipelines[0]?.backends[0]
  const format = backend?.type === 'File' ? backend.file.format : null
  return {
    text: format?.kind === 'text' ? Buffer.from(format.text).toString('latin1') : null,
    faults: faults.map(({ code, path, message }) => `${code} ${path.replace(/^.*text_format_source/, '')} ${message}`),
  }
}

test.each([
  ['{inline_string: "%PATH%"}', '%PATH%'],
  ['{inline_bytes: "JVBBVEgl/w=="}', '%PATH%\xff'],
  ['{filename: format.txt}', '%PATH% \xff\n'],
  ['{environment_variable: FORMAT}', '%METHOD%\n'],
])('%s', (source, text) => expect(load(source)).toEqual({ text, faults: [] }))

test.each([
  ['{}', 'missing  needs one of inline_string, inline_bytes, filename, environment_variable.'],
  ['{inline_bytes: "a?"}', 'wrong_value .inline_bytes must be base64.'],
  ['{filename: x.txt}', "unreadable .filename cannot be read: ENOENT: no such file, open 'x.txt'."],
  ['{environment_variable: NONE}', 'missing .environment_variable names NONE, which is not set in the environment.'],
  ['{inline_string: a, filename: b}', 'conflict .filename stands beside inline_string; Envoy takes one of the two.'],
])('%s is refused', (source, fault) =>
  expect(load(source)).toMatchObject({ text: null, faults: expect.arrayContaining([fault]) }),
)
