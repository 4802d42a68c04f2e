/** The operators of metadata (operators.md B.10). Only the dynamic kind is carried. */
import type { Bytes } from './bytes.ts'
import { type Json, printJson, structJson } from './json.ts'
import {
  absent,
  type Evaluate,
  type Row,
  type Rows,
  type Settings,
  type StructTag,
  stringValue,
  type Value,
} from './value.ts'

/** Struct by struct; undefined where a name is missing or something else stands. */
export function follow(json: Json | undefined, path: readonly Bytes[]): Json | undefined {
  const [name, ...rest] = path
  if (name === undefined || json === undefined) return json
  if (json === null || typeof json !== 'object' || !('object' in json)) return undefined
  return follow(json.object.get(name), rest)
}

/** Strings are bare in text; null is absent, everything else is compact JSON. */
export function jsonValue(json: Json | undefined, { finiteNumbers }: Settings): Value {
  if (json === undefined || json === null) return absent
  if (typeof json === 'object' && 'string' in json) return stringValue(json.string)
  const printed = printJson(json, finiteNumbers)
  return { text: printed, typed: { json: printed } }
}

function dynamic(argument: Bytes): Evaluate {
  const [namespace = '', ...path] = argument.split(':')
  return ({ common }, settings) => {
    const structs = common.message('metadata')?.map('filter_metadata', (pair) => pair.message('value'))
    if (!structs?.has(namespace)) return absent
    const struct = structs.get(namespace)
    const json: Json = struct ? structJson(struct) : { object: new Map() }
    return jsonValue(follow(json, path), settings)
  }
}

const notCarried: Evaluate = () => absent

/** Where the namespace of an operator that is not carried may lie as a whole; `kind` stands before it in METADATA. */
function structTag(command: Bytes, kind: Bytes | undefined, argument: Bytes): StructTag | undefined {
  const [namespace = '', ...path] = argument.split(':')
  return { name: `als:%${command}(${kind === undefined ? '' : `${kind}:`}${namespace})%`, path }
}

const uncarriedKinds = ['CLUSTER', 'ROUTE', 'UPSTREAM_HOST', 'LISTENER', 'LISTENER_FILTER_CHAIN', 'VIRTUAL_HOST']

/** `METADATA(KIND:namespace:path)`; the rest behind the kind is read as DYNAMIC_METADATA reads its argument. */
function splitKind(argument: Bytes): [kind: Bytes, rest: Bytes | undefined] {
  const colon = argument.indexOf(':')
  return colon < 0 ? [argument, undefined] : [argument.slice(0, colon), argument.slice(colon + 1)]
}

function metadata(argument: Bytes): Evaluate {
  const [kind, rest] = splitKind(argument)
  if (kind === 'DYNAMIC') return dynamic(rest ?? '')
  if (!uncarriedKinds.includes(kind)) throw new Error(`METADATA has no kind ${kind}`)
  return notCarried
}

const uncarried: Row = {
  argument: 'required',
  // Envoy takes no empty argument, so what lies in a namespace without a name comes alone, as text of some JSON.
  tag: (argument) => (argument.startsWith(':') ? 'json' : 'string'),
  structTag: (command, argument) => (argument.startsWith(':') ? undefined : structTag(command, undefined, argument)),
  make: () => notCarried,
}

export const metadataRows: Rows = {
  DYNAMIC_METADATA: { argument: 'required', length: true, make: dynamic },
  CLUSTER_METADATA: uncarried,
  UPSTREAM_METADATA: uncarried,
  METADATA: {
    argument: 'required',
    length: true,
    tag: (argument) => (splitKind(argument)[0] === 'DYNAMIC' ? undefined : 'string'),
    structTag: (command, argument) => {
      const [kind, rest] = splitKind(argument)
      return kind === 'DYNAMIC' || rest === undefined ? undefined : structTag(command, kind, rest)
    },
    make: metadata,
  },
}
