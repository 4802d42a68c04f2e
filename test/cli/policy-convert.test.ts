/** `als-sink policy convert`: documents on standard output, every change on standard error. What becomes of what: test/policy/convert. */
import { expect, test } from 'vitest'
import { runHere } from './run-here.ts'
import { writeFolder } from './shop.ts'

const old = `type: MeshAccessLog
name: old
mesh: default
spec:
  targetRef: { kind: Mesh }
  to:
    - targetRef: { kind: Mesh }
      default: { backends: [ { file: { path: /x } } ] } # for all
`

test('prints the documents, and every change with its line', async () => {
  const folder = writeFolder({ 'old.yaml': old })
  const { code, stdout, stderr } = await runHere('policy', 'convert', `${folder}/old.yaml`)
  expect(stdout).toBe(old.replace('{ file', '{ type: File, file'))
  expect(stderr).toBe(
    `${folder}/old.yaml, line 8: spec.to[0].default.backends[0] without a type → type: File, because since 2.3 \`type\` names the member to read.\n`,
  )
  expect(code).toBe(0)
})

test('what is left ends with 1', async () => {
  const folder = writeFolder({ 'old.yaml': old.replace('kind: Mesh }', 'kind: MeshService, name: web }') })
  const { code, stdout, stderr } = await runHere('policy', 'convert', `${folder}/old.yaml`, '--to', '3.0-dev')
  expect(stdout).toContain('kind: MeshService, name: web')
  expect(stderr).toContain('line 5: spec.targetRef (MeshService web) is left as it is')
  expect(code).toBe(1)
})

test('as JSON for programs', async () => {
  const folder = writeFolder({ 'old.yaml': old })
  const { stdout, stderr } = await runHere(
    'policy',
    'convert',
    `${folder}/old.yaml`,
    '--to',
    'v2.14.3',
    '--output',
    'json',
  )
  expect(JSON.parse(stdout)).toEqual({
    text: expect.stringContaining('type: File'),
    changes: [expect.objectContaining({ file: `${folder}/old.yaml`, line: 8, kind: 'changed', to: 'type: File' })],
  })
  expect(stderr).toBe('')
})

test('a file that is not there, and a version that nobody knows', async () => {
  expect(await runHere('policy', 'convert', '/nowhere.yaml')).toMatchObject({ code: 1, stdout: '' })
  const { code, stderr } = await runHere('policy', 'convert', '/nowhere.yaml', '--to', '1.0')
  expect(stderr).toContain('Known versions are')
  expect(code).toBe(2)
})
