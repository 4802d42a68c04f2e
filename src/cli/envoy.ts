/**
 * `als-sink envoy`: Envoy's side of a format. Prints the `access_log` blocks (HTTP and TCP) and the cluster that bring what the format
 * needs: lists of headers, keys of the filter state, custom tags, and a buffer that fits the traffic. For the listeners of a proxy under
 * Kuma's policies see `envoy-policies.ts`.
 */
import { Command, InvalidArgumentError, Option } from 'commander'
import { stringify } from 'yaml'
import { formatsOf } from '../compile.ts'
import type { Address } from '../config/config.ts'
import { parseAddress, parseDuration } from '../config/scalars.ts'
import type { FormatSpec } from '../engine/compile-format.ts'
import { type LoggerBlockOptions, loggerBlock } from '../engine/logger-block.ts'
import { createKernel } from '../kernel.ts'
import type { Action } from './action.ts'
import { loadFile } from './compile-file.ts'
import { loggersFor, printLoggers } from './envoy-policies.ts'
import { addFormatFlags, compileInput, type FormatFlags, readFormat } from './format-input.ts'
import { bufferFor, httpLogger, sinkCluster, type Traffic, tcpLogger } from './logger-config.ts'
import { decide, headlineOf, loweringOptions } from './policy-decision.ts'
import { addPolicyFlags, type PolicyFlags, readPolicies } from './policy-input.ts'
import { exit, type Terminal, UsageError } from './terminal.ts'

interface EnvoyFlags extends FormatFlags, PolicyFlags {
  readonly dataplane?: string
  readonly policies?: readonly string[]
  readonly exact?: boolean
  readonly envoyVersion?: string
  readonly logName?: string
  readonly address?: Address
  readonly rate: number
  readonly outage: number
  readonly output: 'text' | 'json'
}

export function envoyCommand(action: Action): Command {
  const command = new Command('envoy')
    .description("Prints the configuration of Envoy's gRPC access loggers that a format, or Kuma's policies, need.")
    .option(
      '--policies <files...>',
      "Kuma's documents, as files, folders or globs: a block for each listener of --dataplane",
    )
    .option('--dataplane <name>', 'the proxy whose listeners the policies are about')
    .option('--exact', 'ship as custom tags also what entries carry, but not in every case as Envoy itself prints it')
    .option('--envoy-version <version>', 'for an older Envoy, e.g. 1.36', readVersion)
    .option('--log-name <name>', 'what the stream is called; default als-sink, or what the listener says about itself')
    .option('--address <address>', 'where the sink listens; default 127.0.0.1:9001, or as in sink.yaml', readAddress)
    .option('--rate <entries/s>', 'entries a second of one proxy, for the buffer', readRate, 500)
    .option('--outage <duration>', 'how long the sink may be away without loss, e.g. 2s', readOutage, 0)
    .addOption(new Option('--output <form>', 'form of the answer').choices(['text', 'json']).default('text'))
  const config = 'for the formats of every backend of this sink.yaml, or for its policies and kuma settings'
  return addFormatFlags(addPolicyFlags(command, { config })).action(action(envoy))
}

async function envoy(terminal: Terminal, flags: EnvoyFlags): Promise<number> {
  if (flags.policies || flags.dataplane) return envoyForProxy(terminal, flags)
  const traffic = trafficOf(flags)
  const { formats, address } = readFormats(flags, terminal)
  const block = loggerBlock(formats, blockOptionsOf(flags))
  const settings = { logName: flags.logName ?? 'als-sink', traffic }
  const answer = {
    access_log: { http: httpLogger(block, settings), tcp: tcpLogger(block, settings) },
    cluster: sinkCluster(flags.address ?? address),
  }
  for (const note of block.notes) terminal.err(`warning: ${note}\n`)
  if (flags.output === 'json') {
    await terminal.out(`${JSON.stringify({ ...answer, notes: block.notes })}\n`)
    return exit.done
  }
  const { http, tcp } = answer.access_log
  const { why } = bufferFor(traffic)
  await terminal.out(
    [
      '# For the HTTP connection manager.',
      `# ${why}`,
      yaml({ access_log: [http] }),
      '# For tcp_proxy.',
      yaml({ access_log: [tcp] }),
      '# For static_resources.',
      yaml({ clusters: [answer.cluster] }),
    ].join('\n'),
  )
  return exit.done
}

async function envoyForProxy(terminal: Terminal, flags: EnvoyFlags): Promise<number> {
  if (readFormat(flags)) throw new UsageError('Give a format or policies, not both.')
  if (flags.dataplane === undefined) throw new UsageError('Whose listeners? Give --dataplane.')
  const input = await readPolicies(flags.policies ?? [], flags, terminal)
  const decision = decide(input, { ...flags, dataplane: flags.dataplane })
  const traffic = trafficOf(flags)
  const loggers = loggersFor(decision, {
    config: input.config,
    lowering: loweringOptions(input, decision, terminal),
    block: { ...blockOptionsOf(flags), methodListed: true },
    traffic,
    logName: flags.logName ?? null,
  })
  for (const note of [...decision.warnings, ...loggers.notes]) terminal.err(`warning: ${note}\n`)
  for (const fault of loggers.faults) terminal.err(`${fault}\n`)
  const cluster = sinkCluster(flags.address ?? input.config.listen.grpc[0]!)
  const listeners = loggers.listeners.map(({ heading: _, ...listener }) => listener)
  await terminal.out(
    flags.output === 'json'
      ? `${JSON.stringify({ listeners, clusters: [cluster], notes: loggers.notes })}\n`
      : printLoggers(loggers, [headlineOf(decision, input.version), ...printedFor, bufferFor(traffic).why], cluster),
  )
  return input.sound && loggers.faults.length === 0 ? exit.done : exit.faults
}

const printedFor = [
  'Policies are obeyed by the sink, so most changes of them need nothing here. Print this anew when they come to be about listeners that',
  'logged nothing, or when their formats come to name other headers, filter state, or operators that are shipped as tags.',
]

const trafficOf = ({ rate, outage }: EnvoyFlags): Traffic => ({ entriesPerSecond: rate, outageMs: outage })
const blockOptionsOf = ({ exact = false, envoyVersion }: EnvoyFlags): LoggerBlockOptions => ({
  exact,
  envoyVersion: envoyVersion ?? null,
})

const yaml = (value: unknown) => stringify(value, { lineWidth: 0, aliasDuplicateObjects: false })

function readFormats(flags: EnvoyFlags, terminal: Terminal): { formats: readonly FormatSpec[]; address: Address } {
  const input = readFormat(flags)
  if (input && flags.config) throw new UsageError('Give a format or a configuration, not both.')
  if (flags.config) {
    const { config } = loadFile(flags.config, terminal)
    return { formats: formatsOf(config), address: config.listen.grpc[0]! }
  }
  if (!input) throw new UsageError('Which format? Give --text, --text-file, --json-format, or -c sink.yaml.')
  // Compiled only for its faults, which name their places.
  compileInput(input, flags, createKernel())
  return { formats: [input.spec], address: readAddress('127.0.0.1:9001') }
}

function readVersion(text: string): string {
  const version = /^v?(\d+\.\d+)/.exec(text)?.[1]
  if (version === undefined) throw new InvalidArgumentError('Write it as 1.36 or 1.40.0.')
  return version
}

function readAddress(text: string): Address {
  const parsed = parseAddress(text)
  if ('value' in parsed) return parsed.value
  throw new InvalidArgumentError(parsed.fault)
}

function readRate(text: string): number {
  const rate = Number(text)
  if (rate > 0 && Number.isFinite(rate)) return rate
  throw new InvalidArgumentError('must be a number above 0.')
}

function readOutage(text: string): number {
  const parsed = parseDuration(text, { maxMs: 3_600_000 })
  if ('value' in parsed) return parsed.value
  throw new InvalidArgumentError(parsed.fault)
}
