/** Of one kube-apiserver: which policy its events are held against, and what KKP has to say about its cluster. */
import { type ClusterSettings, clusterSettings, type KkpPolicy } from '../audit/kkp/cluster-settings.ts'
import type { KkpDocument } from '../audit/kkp/kkp.ts'
import { readKkp } from '../audit/kkp/read-kkp.ts'
import type { PolicyReading } from '../audit/kubernetes/policy-finding.ts'
import { readPolicy, readPolicyText } from '../audit/kubernetes/policy-read.ts'
import { listItems, pathWithin } from '../audit/list-items.ts'
import type { KubernetesSource } from '../config/audit-config.ts'
import { ConfigError, type Fault } from '../errors.ts'
import type { KkpExplanation, PolicyExplanation, SourceFindings } from './audit-answer.ts'
import { readAuditDocuments, sentenceOf } from './audit-documents.ts'
import { readText } from './read-file.ts'

export function explainPolicy(source: KubernetesSource): SourceFindings {
  const problems: string[] = []
  const settings = source.kkp && readSettings(source, source.kkp, problems)
  const why = [...(settings?.why ?? [])]
  const kkp = settings ? { kkp: describeSettings(settings) } : {}
  if (settings && !settings.isRecorded) {
    why.push('What comes all the same is answered and not stored.')
    return { records: 'nothing', policy: null, ...kkp, why, problems }
  }
  const policy = findPolicy(source, settings, problems)
  if (policy === null) {
    if (!settings) why.push('There is no policy, so events are stored as they come.')
    return { records: 'everything', policy, ...kkp, why, problems }
  }
  why.push(...whyOf(policy, settings !== null))
  return { records: policy.rules === null ? 'everything' : 'by policy', policy, ...kkp, why, problems }
}

function whyOf({ from, name, rules }: PolicyExplanation, isOfKkp: boolean): string[] {
  const named = from === 'file' ? `audit-policy-file (${name})` : name
  const stands =
    from === 'file' && isOfKkp ? ['audit-policy-file is given, so that it stands instead of what KKP says.'] : []
  if (rules === null) {
    return [...stands, `${named} cannot be read, so that nothing is lost every event is kept, at level Metadata.`]
  }
  const who = rules === 1 ? `1 rule of ${named} decides` : `${rules} rules of ${named} decide`
  return [...stands, `${who} at which level an event is kept.`]
}

function findPolicy(
  { policyFile }: KubernetesSource,
  settings: ClusterSettings | null,
  problems: string[],
): PolicyExplanation | null {
  if (policyFile !== null) return policyOf({ from: 'file', name: policyFile }, readFile(policyFile), problems)
  const policy = settings?.policy ?? null
  return policy && policyOf(namesOf(policy), readKkpPolicy(policy), problems)
}

function policyOf(
  names: Omit<PolicyExplanation, 'rules'>,
  { policy, faults }: Pick<PolicyReading, 'policy' | 'faults'>,
  problems: string[],
): PolicyExplanation {
  problems.push(...faults.map((fault) => sentenceOf(names.name, fault)))
  return { ...names, rules: policy?.rules.length ?? null }
}

function readFile(file: string): Pick<PolicyReading, 'policy' | 'faults'> {
  try {
    return readPolicyText(readText(file))
  } catch (error) {
    if (error instanceof ConfigError) return { policy: null, faults: error.faults }
    throw error
  }
}

function namesOf(policy: KkpPolicy): Omit<PolicyExplanation, 'rules'> {
  if (policy.from === 'preset') return { from: 'preset', name: `the preset ${policy.preset}` }
  return { from: 'configMap', name: 'the ConfigMap audit-config' }
}

function readKkpPolicy(policy: KkpPolicy): PolicyReading {
  return policy.from === 'preset' ? readPolicy(policy.document) : readPolicyText(policy.text)
}

function readSettings(
  { source }: KubernetesSource,
  { documents: patterns, generation }: NonNullable<KubernetesSource['kkp']>,
  problems: string[],
): ClusterSettings {
  const read = readAuditDocuments(patterns)
  problems.push(...read.problems)
  const documents = read.documents.flatMap((document): KkpDocument[] => {
    const tell = (faults: readonly Fault[]) => problems.push(...faults.map((fault) => sentenceOf(document.file, fault)))
    if (document.kind === 'unknown') tell(document.faults)
    return (document.foreign ? listItems(document.foreign.value) : []).flatMap((item) => {
      const reading = readKkp(item.value)
      const faults = reading?.faults ?? []
      tell(faults.map((fault) => document.place({ ...fault, path: pathWithin(item, fault.path) })))
      return reading?.document ? [reading.document] : []
    })
  })
  return clusterSettings(source, documents, generation)
}

function describeSettings(settings: ClusterSettings): KkpExplanation {
  const { cluster, generation, datacenter, seed, hasSidecar, webhook, kubeconfig, effective } = settings
  const exports = kubeconfig !== null
  return {
    cluster,
    generation,
    datacenter,
    seed,
    sidecar: hasSidecar,
    webhook,
    exports,
    auditLogging: effective?.block ?? null,
  }
}
