/**
 * Kuma's documents for the commands that work on one proxy: read as the sink reads them, their faults told one by one, and what is sound
 * goes on. The options that these commands share are here too.
 */
import { type Command, InvalidArgumentError } from 'commander'
import type { Config } from '../config/config.ts'
import { didYouMean } from '../did-you-mean.ts'
import { ConfigError } from '../errors.ts'
import { type KumaVersion, kumaVersions, parseKumaVersion } from '../policy/kuma-version.ts'
import { findDataplane, type Inventory } from '../policy/matching/inventory.ts'
import type { Dataplane, Resource } from '../policy/resources.ts'
import { loadFile } from './compile-file.ts'
import { type DocumentOptions, readDocuments } from './policy-documents.ts'
import type { Terminal } from './terminal.ts'

export interface PolicyFlags {
  readonly config?: string
  readonly mesh: string
  readonly zone?: string
  readonly kumaVersion?: KumaVersion
}

/** `config`: what the sink.yaml is for. */
export function addPolicyFlags(command: Command, { config }: { config: string }): Command {
  return command
    .option('-c, --config <file>', config)
    .option('--mesh <name>', 'the mesh of the Dataplane', 'default')
    .option('--zone <name>', 'the zone of whatever names none itself')
    .option('--kuma-version <version>', 'by whose rules, e.g. 2.14; default as in sink.yaml', readKumaVersion)
}

export function readKumaVersion(text: string): KumaVersion {
  const version = parseKumaVersion(text)
  if (version === null) throw new InvalidArgumentError(`Known versions are ${kumaVersions.join(', ')}.`)
  return version
}

export interface PolicyInput {
  readonly config: Config
  /** By whose rules the proxy is decided. */
  readonly version: KumaVersion
  readonly resources: readonly Resource[]
  /** Whether all documents could be used. */
  readonly sound: boolean
}

/**
 * Reads files, folders and globs; without any, those that sink.yaml names. A version that was asked for judges the documents; else those of
 * any version are taken. Faults and warnings go to standard error. Throws ConfigError when nothing can be read at all.
 */
export async function readPolicies(
  patterns: readonly string[],
  flags: Pick<PolicyFlags, 'config' | 'kumaVersion'>,
  terminal: Terminal,
): Promise<PolicyInput> {
  const { config } = loadFile(flags.config ?? null, terminal)
  const version = flags.kumaVersion ?? config.kuma.version
  const { targetRefs, systemNamespaces } = config.kuma
  const options: DocumentOptions = { judgedBy: flags.kumaVersion ?? null, version, targetRefs, systemNamespaces }
  const { resources, sound } = await readDocuments(patterns.length > 0 ? patterns : config.policies, options, terminal)
  return { config, version, resources, sound }
}

/** `shop-01`, or `shop-01.money` on Kubernetes. */
export function fullName({ meta }: Dataplane): string {
  return meta.namespace === null ? meta.name : `${meta.name}.${meta.namespace}`
}

/** The proxy that is asked about. Throws ConfigError that names what there is. */
export function findProxy(inventory: Inventory, mesh: string, name: string): Dataplane {
  const found = findDataplane(inventory, mesh, name)
  if (found) return found
  const message = `There is no Dataplane ${name} in mesh ${mesh}.${hint(name, mesh, inventory)}`
  throw new ConfigError([{ code: 'unknown_dataplane', path: '', message }])
}

const shownMax = 10

function hint(name: string, mesh: string, { meshes }: Inventory): string {
  const there = (meshes.get(mesh)?.dataplanes ?? []).map(fullName)
  const near = didYouMean(name, there)
  if (near) return near
  if (there.length > 0) {
    const more = there.length > shownMax ? `, and ${there.length - shownMax} more` : ''
    return ` There are ${there.slice(0, shownMax).join(', ')}${more}.`
  }
  const others = [...meshes].filter(([, { dataplanes }]) => dataplanes.length > 0).map(([other]) => other)
  return others.length === 0
    ? ' The documents hold no Dataplane at all.'
    : ` The documents hold Dataplanes of other meshes: ${others.slice(0, shownMax).join(', ')}.`
}
