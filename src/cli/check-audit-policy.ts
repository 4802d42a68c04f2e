/** Kubernetes audit policies, and ConfigMaps that hold one, for `als-sink check`. */
import { isPolicyDocument, readPolicyText } from '../audit/kubernetes/policy-read.ts'
import type { LoadedDocument } from '../config/load.ts'
import type { Fault } from '../errors.ts'

/** All of them placed. Null: not a document about auditing. The text is read anew, for Kubernetes reads YAML in its own way. */
export function checkAuditPolicy({
  foreign,
  text,
  index,
}: LoadedDocument): { readonly faults: readonly Fault[]; readonly warnings: readonly Fault[] } | null {
  if (!foreign || !isPolicyDocument(foreign.value)) return null
  const { faults, warnings } = readPolicyText(text, index)
  return { faults, warnings }
}
