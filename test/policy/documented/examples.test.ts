/**
 * The examples of Kuma's documentation, in the dialects and forms in which its pages show them: they are accepted by the versions that they are
 * shown for, and what comes out is what is promised.
 */
import { describe, expect, test } from 'vitest'
import { checkKuma } from '../../../src/cli/check-kuma.ts'
import { loadDocuments } from '../../../src/config/load.ts'
import { type KumaVersion, kumaVersions, since, until } from '../../../src/policy/kuma-version.ts'
import {
  type Form,
  forms,
  fromMesh,
  frontend,
  httpEntry,
  httpLine,
  intoFrontend,
  meshService,
  nodeOf,
  rules,
  tcpEntry,
  tcpLine,
  toBackend,
  toMesh,
  toOther,
  topMesh,
} from './documents.ts'
import { walk } from './walk.ts'

/** Faults that any of these versions finds. */
function faultsBy(first: KumaVersion, last: KumaVersion, texts: readonly string[]) {
  const versions = kumaVersions.filter((version) => since(version, first) && until(version, last))
  return texts.flatMap((text) =>
    versions.flatMap((kumaVersion) =>
      loadDocuments('example.yaml', text)
        .flatMap((document) => checkKuma(document, { kumaVersion, envoyVersion: null })!.faults)
        .map(({ path, message }) => `${kumaVersion} ${path} ${message}`),
    ),
  )
}

const stdout = `- type: File
  file:
    path: /dev/stdout
`
const stdoutOf22 = `- file:
    path: /dev/stdout
`

/** The newest version obeys what was written for any of them. */
const obeyedBy = (first: KumaVersion, last: KumaVersion) => [...new Set<KumaVersion>([first, last, '2.14'])]

describe('traffic from a version of the frontend to the backend', () => {
  const subset = (backends: string) => (form: Form) =>
    `targetRef:
  kind: MeshServiceSubset
  name: frontend
  tags:
    version: canary
${toMesh(backends).replace('kind: Mesh', `kind: MeshService\n      name: ${form.service('backend')}`)}`
  const resource = (top: string) => () =>
    `targetRef:
${top}
${toMesh(stdout).replace('kind: Mesh', 'kind: MeshService\n      name: backend\n      namespace: kuma-demo\n      sectionName: http\n      _port: 8080')}`

  const dialects: readonly [KumaVersion, KumaVersion, 'service' | 'MeshService', string, (form: Form) => string][] = [
    ['2.2', '2.2', 'service', 'kuma-system', subset(stdoutOf22)],
    ['2.3', '2.8', 'service', 'kuma-system', subset(stdout)],
    [
      '2.9',
      '2.9',
      'MeshService',
      'kuma-demo',
      resource('  kind: MeshSubset\n  tags:\n    app: frontend\n    version: canary'),
    ],
    [
      '2.10',
      '2.14',
      'MeshService',
      'kuma-demo',
      resource('  kind: Dataplane\n  labels:\n    app: frontend\n    version: canary'),
    ],
  ]

  describe.each(dialects)('as for Kuma %s to %s', (first, last, outbounds, namespace, spec) => {
    describe.each(forms)('$form', (form) => {
      const policy = form.policy('frontend-to-backend', spec(form), namespace)

      test('is accepted', () => expect(faultsBy(first, last, [policy])).toEqual([]))

      test.each(obeyedBy(first, last))('is logged, and nothing else is, by the rules of Kuma %s', async (version) => {
        const services = outbounds === 'MeshService' ? [meshService(form, 'backend'), meshService(form, 'other')] : []
        const sent = [httpEntry(toBackend), httpEntry(toOther)]
        const {
          stdout: lines,
          complaints,
          unmatchedEntries,
        } = await walk({
          documents: [policy, frontend(form, 'canary', outbounds), frontend(form, 'stable', outbounds), ...services],
          traffic: [
            { from: nodeOf(form, 'frontend-canary'), http: sent, tcp: [tcpEntry(toBackend)] },
            { from: nodeOf(form, 'frontend-stable'), http: sent },
          ],
          kuma: { version },
        })
        const backend = outbounds === 'MeshService' ? 'backend' : form.service('backend')
        expect(lines).toBe(httpLine('frontend', backend) + tcpLine('frontend', backend))
        expect(unmatchedEntries).toBe(3)
        expect(complaints).toEqual([])
      })
    })
  })
})

describe('all incoming and outgoing traffic', () => {
  const incoming = httpLine('unknown', 'frontend')
  const outgoing = (form: Form) => httpLine('frontend', form.service('backend'))

  /** Policies, and what is left of them when one direction is not wanted. */
  const dialects: readonly [KumaVersion, KumaVersion, string, Record<'in' | 'out', string>, 'together' | 'apart'][] = [
    ['2.2', '2.2', 'kuma-system', { in: fromMesh(stdoutOf22), out: toMesh(stdoutOf22) }, 'together'],
    ['2.3', '2.8', 'kuma-system', { in: fromMesh(stdout), out: toMesh(stdout) }, 'together'],
    ['2.9', '2.9', 'kuma-demo', { in: fromMesh(stdout), out: toMesh(stdout) }, 'apart'],
    ['2.10', '2.14', 'kuma-demo', { in: rules(stdout), out: toMesh(stdout) }, 'apart'],
  ]

  describe.each(dialects)('as for Kuma %s to %s', (first, last, namespace, section, layout) => {
    describe.each(forms)('$form', (form) => {
      const one = (name: string, spec: string) =>
        form.policy(name, layout === 'together' ? `${topMesh}${spec}` : spec, namespace)
      const both =
        layout === 'together'
          ? [one('default', `${section.in}${section.out}`)]
          : [one('all-incoming-traffic', section.in), one('all-outgoing-traffic', section.out)]

      test('is accepted', () => {
        const alone = [one('incoming', section.in), one('outgoing', section.out)]
        expect(faultsBy(first, last, [...both, ...alone])).toEqual([])
      })

      const lines = async (policies: readonly string[], version: KumaVersion) => {
        const { stdout: written, complaints } = await walk({
          documents: [...policies, frontend(form, 'canary')],
          traffic: [{ from: nodeOf(form, 'frontend-canary'), http: [httpEntry(intoFrontend), httpEntry(toBackend)] }],
          kuma: { version },
        })
        expect(complaints).toEqual([])
        return written
      }

      test.each(obeyedBy(first, last))('makes a line each, by the rules of Kuma %s', async (version) => {
        expect(await lines(both, version)).toBe(incoming + outgoing(form))
      })

      test('makes lines of one direction when the other is left out', async () => {
        expect(await lines([one('default', section.in)], last)).toBe(incoming)
        expect(await lines([one('default', section.out)], last)).toBe(outgoing(form))
      })
    })
  })
})
