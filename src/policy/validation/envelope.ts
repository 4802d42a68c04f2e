/**
 * What surrounds the `spec` of a policy: who it is, in Universal form (`type`, `name`, `mesh`) or as a Kubernetes object (`apiVersion`,
 * `kind`, `metadata`).
 */

import type { Findings } from '../../config/findings.ts'
import { isObject, members } from '../../config/formats.ts'
import { show } from '../../config/scalars.ts'
import { type KumaVersion, since } from '../kuma-version.ts'
import { dnsName } from './matches.ts'
import { schemaFor } from './policy-schema.ts'
import { checkSchema } from './schema.ts'

export interface Envelope {
  readonly form: 'universal' | 'kubernetes'
  /** Null: none, as always in Universal form. */
  readonly namespace: string | null
  readonly spec: unknown
}

const apiVersionOfKuma = 'kuma.io/v1alpha1'

/** Kubernetes' form is known by `kind` and `apiVersion`, for there is a `type` in some of its objects too. */
export function openEnvelope(document: unknown): Envelope {
  const { apiVersion, kind, metadata, spec } = members(document)
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return { form: 'universal', namespace: null, spec }
  const { namespace } = members(metadata)
  return { form: 'kubernetes', namespace: typeof namespace === 'string' && namespace !== '' ? namespace : null, spec }
}

/** Types and presence of its members. */
export function checkEnvelopeSchema(document: unknown, version: KumaVersion, findings: Findings): void {
  if (!isObject(document)) {
    checkSchema(document, { type: 'object', members: {} }, '', findings)
    return
  }
  if (openEnvelope(document).form === 'universal') {
    checkSchema(document, schemaFor(version).document, '', findings)
    return
  }
  if (document['apiVersion'] !== apiVersionOfKuma) {
    const message = `must be ${apiVersionOfKuma}, not ${show(document['apiVersion'])}.`
    findings.fault('wrong_value', 'apiVersion', message)
  }
  const texts = { type: 'string' } as const
  const metadata = {
    type: 'object',
    members: { name: texts, namespace: texts, labels: { type: 'map' } },
    required: ['name'],
  } as const
  checkSchema(document, { type: 'object', members: { metadata }, required: ['metadata'] }, '', findings)
}

/** Characters of names. Kubernetes has always been strict; Kuma itself took underscores, and any beginning, up to 2.9. */
export function checkNames(document: unknown, version: KumaVersion, findings: Findings): void {
  const { name, mesh, metadata } = members(document)
  if (openEnvelope(document).form === 'kubernetes') {
    checkName(members(metadata)['name'], 'metadata.name', { strict: true, findings })
    return
  }
  checkName(name, 'name', { strict: since(version, '2.10'), findings })
  if (mesh !== undefined) checkName(mesh, 'mesh', { strict: false, findings })
}

function checkName(name: unknown, path: string, { strict, findings }: { strict: boolean; findings: Findings }): void {
  if (typeof name !== 'string') return
  if (name === '') findings.fault('missing', path, 'cannot be empty.')
  else if (name.length > 253) findings.fault('wrong_value', path, 'value length must less or equal 253.')
  else if (strict ? !dnsName.test(name) : !/^[0-9a-z\-_.]*$/.test(name)) {
    const text = strict
      ? "invalid characters. A lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character"
      : "invalid characters. Valid characters are numbers, lowercase latin letters and '-', '_', '.' symbols"
    findings.fault('wrong_value', path, `${text}.`)
  }
}
