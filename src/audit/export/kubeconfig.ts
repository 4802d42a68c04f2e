/**
 * A kubeconfig as kube-apiserver reads it for `audit-webhook-config-file`: which address events are sent to, whom to trust there, and who we
 * say we are. Only what the current context names is looked at: its cluster (`kubeconfig-cluster.ts`) and its user (`kubeconfig-user.ts`).
 */
import { readFileSync } from 'node:fs'
import type { Fault } from '../../errors.ts'
import { parsePolicyText } from '../kubernetes/policy-text.ts'
import { type RemoteApi, readCluster } from './kubeconfig-cluster.ts'
import { fault, findNamed, membersOf, type Notes, type Part, textOf, warn, warnOfUnknown } from './kubeconfig-parts.ts'
import { readUser } from './kubeconfig-user.ts'

/** `remote` is null exactly when there are faults. Faults and warnings have their places in the text. */
export interface KubeconfigReading {
  readonly remote: RemoteApi | null
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
}

/** `folder`: where relative names of files begin. Certificates and tokens are read at once. Never throws. */
export function readKubeconfig(
  text: string,
  folder: string,
  readFile: (path: string) => Buffer = readFileSync,
): KubeconfigReading {
  const { value, faults: early, place } = parsePolicyText(text)
  if (value === undefined) return { remote: null, faults: early, warnings: [] }
  const notes: Notes = { folder, readFile, faults: [], warnings: [] }
  const remote = readRemote({ values: membersOf(value) ?? {}, path: '', notes })
  const faults = [...early, ...notes.faults.map((each) => place(each, each.path))]
  const warnings = notes.warnings.map((each) => place(each, each.path))
  return { remote: faults.length === 0 ? remote : null, faults, warnings }
}

const rootKeys = ['apiVersion', 'kind', 'clusters', 'users', 'contexts', 'current-context', 'preferences', 'extensions']
const contextKeys = ['cluster', 'user', 'namespace', 'extensions']

/** Null when it is a fault. */
function readRemote(root: Part): RemoteApi | null {
  for (const [key, wanted] of [
    ['apiVersion', 'v1'],
    ['kind', 'Config'],
  ] as const) {
    const said = textOf(root, key)
    if (said !== null && said !== wanted)
      fault(root, 'unknown_kind', key, `is ${said}; of a kubeconfig it is ${wanted}.`)
  }
  warnOfUnknown(root, rootKeys)
  const name = textOf(root, 'current-context')
  if (name === null) {
    fault(root, 'missing', 'current-context', 'is missing. Name one of the contexts there.')
    return null
  }
  const context = findNamed(root, 'contexts', name, 'context')
  if (context === null) {
    fault(root, 'unknown_name', 'current-context', `is ${name}, and no context has this name.`)
    return null
  }
  warnOfUnknown(context, contextKeys)
  const cluster = readNamedCluster(root, context)
  const user = readNamedUser(root, context, cluster === null || cluster.tls !== null)
  if (cluster === null) return null
  const { cert = null, key = null, credentials = null } = user ?? {}
  return {
    ...cluster,
    tls: cluster.tls && { ...cluster.tls, cert, key },
    credentials: credentials ?? cluster.credentials,
  }
}

/** A context may go without a user, and kube-apiserver does not mind when there is none of the name. */
function readNamedUser(root: Part, context: Part, isSafe: boolean) {
  const name = textOf(context, 'user')
  if (name === null) return null
  const user = findNamed(root, 'users', name, 'user')
  if (user !== null) return readUser(user, isSafe)
  warn(context, 'unknown_name', 'user', `is ${name}, and no user has this name: no credentials are sent.`)
  return null
}

function readNamedCluster(root: Part, context: Part): RemoteApi | null {
  const name = textOf(context, 'cluster')
  const cluster = name === null ? null : findNamed(root, 'clusters', name, 'cluster')
  if (cluster !== null) return readCluster(cluster)
  if (name === null) fault(context, 'missing', 'cluster', 'is missing. Name one of the clusters there.')
  else fault(context, 'unknown_name', 'cluster', `is ${name}, and no cluster has this name.`)
  return null
}
