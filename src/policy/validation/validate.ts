/**
 * The door of this folder: is this MeshAccessLog right, and by whose rules? What a single version says is `judge.ts`; here the version is
 * chosen when nobody names one, and what is valid but surprising is told.
 */

import { collectFindings, type Findings } from '../../config/findings.ts'
import { members } from '../../config/formats.ts'
import { placeOperator } from '../../config/otlp-endpoint.ts'
import { didYouMean } from '../../did-you-mean.ts'
import type { Fault } from '../../errors.ts'
import { type KumaVersion, kumaVersionDefault, kumaVersions, until } from '../kuma-version.ts'
import { backendsIn } from './backends-in.ts'
import { warnOfDeprecations } from './deprecations.ts'
import { openEnvelope } from './envelope.ts'
import { fillTypes } from './extensions.ts'
import { type Judgement, judge } from './judge.ts'
import { schemaFor } from './policy-schema.ts'
import { unknownMembers } from './schema.ts'
import { warnOfTraps } from './traps.ts'

export interface ValidateOptions {
  /** Null: by whichever version takes it. */
  readonly version: KumaVersion | null
  /** Whether kinds that Kuma takes without documenting them are fine; default `accepted`. */
  readonly targetRefs?: 'documented' | 'accepted'
  readonly systemNamespaces?: readonly string[]
  /**
   * Who judges. `kuma`: the control plane of that version, save where its documentation contradicts it. `sink`: this sink, which takes some
   * more, refuses what it could not carry out, and does not care what Kuma makes of it. Default: `kuma` with a version; without, the sink
   * that also tells what the versions of Kuma say, which takes ten times as long.
   */
  readonly as?: 'kuma' | 'sink'
}

export interface PolicyVerdict {
  /** None: accepted. Their messages begin with Kuma's own text; paths are Kuma's. */
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
  /** By whose rules: the newest release that takes it, else the one that it comes nearest to. */
  readonly version: KumaVersion
}

export const systemNamespacesDefault = ['kuma-system', 'kong-mesh-system']

/** The newest release first, what is unreleased last. */
const byPreference: readonly KumaVersion[] = [
  ...kumaVersions.filter((version) => until(version, kumaVersionDefault)).reverse(),
  ...kumaVersions.filter((version) => !until(version, kumaVersionDefault)),
]
const releases = kumaVersions.filter((version) => until(version, kumaVersionDefault))

/** `document`: the plain value of one YAML document, Universal or Kubernetes form. Pure; throws for nothing that it holds. */
export function validateMeshAccessLog(document: unknown, options: ValidateOptions): PolicyVerdict {
  const { version, as } = options
  const verdict = version === null ? judgeByAny(document, options) : judgeBy(document, version, as === 'sink', options)
  if (verdict.faults.length > 0) return verdict
  const findings = collectFindings()
  const spec = members(openEnvelope(document).spec)
  const ofKuma = as !== 'sink'
  if (as === 'sink' || version === null) refuseOperators(spec, findings)
  warnOfUnknown(spec, verdict.version, findings)
  if (ofKuma) warnOfDeprecations(spec, verdict.version, findings)
  warnOfTraps(spec, { version: verdict.version, ofKuma, findings })
  return { ...verdict, faults: findings.faults, warnings: [...verdict.warnings, ...findings.warnings] }
}

function judgeBy(
  document: unknown,
  version: KumaVersion,
  extensions: boolean,
  options: ValidateOptions,
): PolicyVerdict {
  const { targetRefs = 'accepted', systemNamespaces = systemNamespacesDefault } = options
  const filled = extensions ? fillTypes(document) : document
  return { ...judge(filled, version, { targetRefs, systemNamespaces, extensions }), version }
}

function judgeByAny(document: unknown, options: ValidateOptions): PolicyVerdict {
  if (options.as === 'sink') {
    const taken = findLenient(document, options)
    if (taken) return taken
  }
  const verdicts = byPreference.map((version) => judgeBy(document, version, false, options))
  const best = verdicts.find(isAccepted)
  if (best) return { ...best, warnings: [...best.warnings, ...tellVersions(verdicts)] }
  const lenient = findLenient(document, options)
  if (lenient) {
    const refused = verdicts.find(({ version }) => version === lenient.version)!
    const warning = about(
      `No version of Kuma takes this policy; this sink does.\nKuma ${lenient.version}: ${firstFault(refused)}`,
    )
    return { ...lenient, warnings: [...lenient.warnings, warning] }
  }
  const nearest = nearestOf(document, verdicts)
  const named = about(`No version of Kuma takes this policy; it is judged as one for Kuma ${nearest.version}.`)
  return { ...nearest, warnings: [...nearest.warnings, named] }
}

/** By the first version that takes it, with what this sink adds; null: none does. */
function findLenient(document: unknown, options: ValidateOptions): PolicyVerdict | null {
  for (const version of byPreference) {
    const verdict = judgeBy(document, version, true, options)
    if (isAccepted(verdict)) return verdict
  }
  return null
}

const isAccepted = ({ faults }: Judgement) => faults.length === 0
const about = (message: string): Fault => ({ code: 'kuma_versions', path: '', message })

/** Nothing when every release takes it. */
function tellVersions(verdicts: readonly PolicyVerdict[]): Fault[] {
  const taking = verdicts.filter(isAccepted).map(({ version }) => version)
  const refusal = verdicts.find((verdict) => !isAccepted(verdict) && releases.includes(verdict.version))
  if (!refusal) return []
  const said = `Kuma ${refusal.version}: ${firstFault(refusal)}`
  return [
    about(
      `This is a policy for Kuma ${rangesText(kumaVersions.filter((version) => taking.includes(version)))} only.\n${said}`,
    ),
  ]
}

function firstFault({ faults }: Judgement): string {
  const { path, message } = faults[0]!
  return `${path ? `${path}: ` : ''}${message.split('\n')[0]!}`
}

/** `2.2 to 2.8 and 2.10`. */
function rangesText(versions: readonly KumaVersion[]): string {
  const ranges: [KumaVersion, KumaVersion][] = []
  for (const version of versions) {
    const last = ranges.at(-1)
    if (last && kumaVersions.indexOf(last[1]) + 1 === kumaVersions.indexOf(version)) last[1] = version
    else ranges.push([version, version])
  }
  const texts = ranges.map(([first, last]) => (first === last ? first : `${first} to ${last}`))
  return texts.length > 1 ? `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}` : texts.join()
}

/**
 * The version that finds least wrong. What a version merely drops counts as well, or an old one, which knows little, would always be the
 * nearest.
 */
function nearestOf(document: unknown, verdicts: readonly PolicyVerdict[]): PolicyVerdict {
  const { spec } = openEnvelope(document)
  const distance = ({ version, faults }: PolicyVerdict) =>
    faults.length + unknownMembers(spec, schemaFor(version).spec, '').length
  return verdicts.reduce((best, verdict) => (distance(verdict) < distance(best) ? verdict : best))
}

/** Kuma drops them without a word. What begins with `_` or `x-` is meant for somebody else. */
function warnOfUnknown(spec: Record<string, unknown>, version: KumaVersion, findings: Findings): void {
  for (const { path, key, known } of unknownMembers(spec, schemaFor(version).spec, 'spec')) {
    // A body of a version that has none is told of at length elsewhere.
    if (/^(?:_|x-|body$)/.test(key)) continue
    findings.warning(
      'unknown_key',
      path,
      `is not known to Kuma ${version} here, which drops it.${didYouMean(key, known)}`,
    )
  }
}

/** What differs from entry to entry cannot say where the entry goes: each value would open a connection of its own. */
function refuseOperators(spec: Record<string, unknown>, findings: Findings): void {
  for (const { backend, path } of backendsIn(spec)) {
    const { endpoint } = members(backend['openTelemetry'])
    const found =
      typeof endpoint === 'string' ? endpoint.match(placeOperator)?.find((each) => !/^%KUMA_/.test(each)) : undefined
    if (!found) continue
    const message = `must not hold ${found}: it differs from entry to entry, and each value would need a connection of its own.`
    findings.fault('wrong_value', `${path}.openTelemetry.endpoint`, message)
  }
}
