/** Policies for the tests of this folder: short to write, read as Kuma reads YAML. */
import { parseDocument } from 'yaml'
import { kumaYaml } from '../../../src/config/kuma-yaml.ts'
import type { KumaVersion } from '../../../src/policy/kuma-version.ts'
import { type ValidateOptions, validateMeshAccessLog } from '../../../src/policy/validation/validate.ts'

export const fromYaml = (text: string): unknown => parseDocument(text, kumaYaml).toJS()

/** A Universal policy with this `spec`, in YAML of one line or several. */
export function policy(spec: string): unknown {
  return { type: 'MeshAccessLog', name: 'shop', mesh: 'default', spec: fromYaml(spec) }
}

/** `{…}` as the only backend of a policy for outbound traffic. */
export const withBackend = (backend: string): unknown =>
  policy(`{targetRef: {kind: Mesh}, to: [{targetRef: {kind: Mesh}, default: {backends: [${backend}]}}]}`)

export const backendPath = 'spec.to[0].default.backends[0]'

/** With this targetRef for the whole policy, or for its only destination. */
export const withTop = (targetRef: string): unknown =>
  policy(`{targetRef: ${targetRef}, to: [{targetRef: {kind: Mesh}, default: {backends: []}}]}`)
export const withTo = (targetRef: string): unknown =>
  policy(`{targetRef: {kind: Mesh}, to: [{targetRef: ${targetRef}, default: {backends: []}}]}`)

/** `path: first line` of every fault, as Kuma of that version has it. */
export function faultsOf(document: unknown, version: KumaVersion, options: Partial<ValidateOptions> = {}): string[] {
  return linesOf(validateMeshAccessLog(document, { version, ...options }).faults)
}

export function warningsOf(
  document: unknown,
  version: KumaVersion | null,
  options: Partial<ValidateOptions> = {},
): string[] {
  return validateMeshAccessLog(document, { version, ...options }).warnings.map(({ code, path }) => `${code} ${path}`)
}

export function linesOf(faults: readonly { path: string; message: string }[]): string[] {
  return faults.map(({ path, message }) => `${path}: ${message.split('\n')[0]!}`)
}
