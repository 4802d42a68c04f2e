/** How many bytes a line can need: the promise that lets the generated code write without looking. */
import { decimalBytesMax } from '../render/decimal.ts'
import { jsonBytesPerByte } from '../render/json-string.ts'
import type { Leaf, Step, Value } from './plan.ts'

/** A line needs at most `fixed` bytes, `perByte` for every byte of the entry, and its stream runs. */
export interface LineBound {
  readonly fixed: number
  readonly perByte: number
}

export function lineBound(
  steps: readonly Step[],
  timeBytesMax: (leaf: Extract<Leaf, { kind: 'time' }>) => number,
): LineBound {
  let fixed = 0
  let perByte = 0
  const value = ({ leaves, type }: Value, json: boolean) => {
    const escaped = json && type === 'string'
    const factor = escaped ? jsonBytesPerByte : 1
    const bytes = leaves.map((leaf) => leafBytesMax(leaf, timeBytesMax))
    fixed += Math.max(...bytes) * factor + (escaped ? 2 : 0)
    if (leaves.some((leaf) => leaf.kind === 'span' || leaf.kind === 'address')) perByte += factor
  }
  const walk = (step: Step, escaped: boolean): void => {
    switch (step.kind) {
      case 'run':
        fixed += step.bytes.length * (escaped ? jsonBytesPerByte : 1)
        return
      case 'streamRun':
        return
      case 'value':
        value(step.value, escaped || step.as === 'json')
        fixed += step.absent?.length ?? 0
        return
      case 'string':
        fixed += 2
        for (const each of step.steps) walk(each, true)
        return
      case 'member':
        fixed += step.key.length + 1
        walk(step.value, false)
        return
      case 'group':
        fixed += 2
        for (const member of step.members) walk(member, false)
    }
  }
  for (const step of steps) walk(step, false)
  return { fixed, perByte }
}

/** Without the bytes that come from the entry itself. */
function leafBytesMax(leaf: Leaf, timeBytesMax: (leaf: Extract<Leaf, { kind: 'time' }>) => number): number {
  switch (leaf.kind) {
    case 'span':
      return 0
    case 'uint':
    case 'duration':
    case 'elapsed':
      return decimalBytesMax
    case 'enum':
      return Math.max(0, ...leaf.names.map(([, name]) => name.length))
    case 'time':
      return timeBytesMax(leaf)
    case 'flags':
      return leaf.names.reduce((sum, name) => sum + name.length + 1, 0)
    case 'address':
      // Brackets, colon and port, `envoy://` and its slash, or a whole IPv6 network.
      return 64
  }
}
