/**
 * `als-sink audit reduce`: what is left of Kubernetes audit events under a policy, or at a level. One line in, one line out: the reduced
 * event, or `null` when it is dropped. An event that cannot be judged is printed as it came, as it would be kept; and named on
 * standard error. A line that is no JSON is answered with `null`, and makes the exit code 1.
 */
import { randomBytes } from 'node:crypto'
import { Command, Option } from 'commander'
import { type BodyItem, BodySplitter } from '../audit/json/body-splitter.ts'
import { JsonError } from '../audit/json/json-error.ts'
import { type LineItem, LineSplitter } from '../audit/json/line-splitter.ts'
import { readEvent } from '../audit/kubernetes/event.ts'
import { factsOf } from '../audit/kubernetes/event-facts.ts'
import { levels, stages } from '../audit/kubernetes/policy.ts'
import { type Reduced, type ReduceTarget, reduceReadEvent } from '../audit/kubernetes/reduce.ts'
import { attributesOf } from '../audit/kubernetes/resolve-attributes.ts'
import type { HmacKey } from '../audit/redact/marker.ts'
import { redactEvent } from '../audit/redact/redact.ts'
import type { Action } from './action.ts'
import { readPolicyFile } from './audit-resolve.ts'
import { readBytes } from './read-file.ts'
import { exit, type Terminal, UsageError } from './terminal.ts'

interface ReduceFlags {
  readonly events: string
  readonly policy?: string
  readonly level?: ReduceTarget['level']
  readonly omitStages?: readonly string[]
  readonly omitManagedFields?: true
  readonly redact?: true
  readonly redactKey?: string
}

export function reduceCommand(action: Action): Command {
  return new Command('reduce')
    .description('Reduces Kubernetes audit events to what a policy, or a level, leaves of them.')
    .requiredOption('--events <file>', 'an event, an EventList or an array a line; - reads standard input')
    .option('--policy <file>', 'a Policy, or a ConfigMap that holds one')
    .addOption(new Option('--level <level>', 'without a policy: the level of all events').choices(levels))
    .option('--omit-stages <stages>', `with --level: drop these (${stages.join(', ')})`, readStages)
    .option('--omit-managed-fields', 'with --level: cut metadata.managedFields out of bodies')
    .option('--redact', 'then replace secrets by markers, as the sink does')
    .option('--redact-key <file>', 'key of the markers; default a new one, so that they differ from run to run')
    .action(action(reduce))
}

async function reduce(terminal: Terminal, flags: ReduceFlags): Promise<number> {
  const decide = chooseTarget(flags, terminal)
  const key = chooseKey(flags)
  const write = createOutput(terminal)
  let number = 0
  let sound = true
  for (const item of itemsOf(flags.events)) {
    number++
    const complain = (reason: string) => terminal.err(`event ${number}: ${reason}\n`)
    if (item.kind === 'broken') {
      sound = false
      complain(item.fault.message)
      await write('null')
      continue
    }
    const reduced = reduceItem(item, decide)
    if (reduced.kind === 'quarantine') complain(`${reduced.reason}; it would be kept as it is`)
    const bytes = reduced.kind === 'dropped' ? null : reduced.kind === 'kept' ? reduced.bytes : item.bytes
    await write(bytes === null ? 'null' : key === null ? bytes : redactEvent(bytes, everything, key).bytes)
  }
  await write(null)
  return sound ? exit.done : exit.faults
}

const everything = { secrets: true, configMaps: true, tokens: true }

/** What the policy says of one event. */
type Decide = (event: ReturnType<typeof readEvent>) => ReduceTarget

function chooseTarget(flags: ReduceFlags, terminal: Terminal): Decide {
  const { policy, level, omitStages = [], omitManagedFields = false } = flags
  if (policy === undefined && level === undefined) throw new UsageError('By what? Give --policy or --level.')
  if (policy === undefined) {
    const target: ReduceTarget = { level: level!, omitStages, omitManagedFields }
    return () => target
  }
  if (level !== undefined || flags.omitStages !== undefined || omitManagedFields) {
    throw new UsageError('A policy says all this itself: give --policy, or --level and what belongs to it.')
  }
  const resolve = readPolicyFile(policy, terminal)
  return (event) => resolve(attributesOf(factsOf(event)))
}

function chooseKey({ redact, redactKey }: ReduceFlags): HmacKey | null {
  if (!redact && redactKey !== undefined) throw new UsageError('--redact-key goes with --redact.')
  if (!redact) return null
  return redactKey === undefined ? randomBytes(32) : readBytes(redactKey)
}

function readStages(text: string): string[] {
  const names = text.split(',').map((name) => name.trim())
  const known: readonly string[] = stages
  const unknown = names.filter((name) => name !== '' && !known.includes(name))
  if (unknown.length > 0) throw new UsageError(`${unknown.join(', ')}: no stage. There are ${stages.join(', ')}.`)
  return names
}

/** Events of lists come one by one, as they do into files. A `.json` may have line breaks anywhere. Nothing is too large here. */
function* itemsOf(file: string): Generator<LineItem, void, undefined> {
  const bytes = readBytes(file)
  const options = { itemBytesMax: Math.max(bytes.length, 1) }
  const splitter = file.endsWith('.json') ? new BodySplitter(options) : new LineSplitter(options)
  try {
    yield* splitter.push(bytes)
    yield* splitter.end() ?? []
  } catch (fault) {
    if (!(fault instanceof JsonError)) throw fault
    yield { kind: 'broken', bytes, bytesTotal: bytes.length, fault }
  }
}

function reduceItem({ bytes, from, list }: BodyItem, decide: Decide): Reduced {
  try {
    const event = readEvent(bytes)
    return reduceReadEvent(
      event,
      decide(event),
      from === 'list' ? { listVersion: list?.apiVersion ?? 'audit.k8s.io/v1' } : {},
    )
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    return { kind: 'quarantine', reason: error.message }
  }
}

/** Lines are written in pieces of this many bytes. */
const bytesAtOnce = 256 * 1024

/** Takes lines; null: there are no more. */
function createOutput(terminal: Terminal): (line: string | Buffer | null) => Promise<void> {
  let parts: Buffer[] = []
  let length = 0
  return async (line) => {
    if (line !== null) {
      parts.push(Buffer.from(line), Buffer.from('\n'))
      length += line.length + 1
    }
    if (line !== null && length < bytesAtOnce) return
    const bytes = Buffer.concat(parts)
    parts = []
    length = 0
    if (bytes.length > 0) await terminal.out(bytes)
  }
}
