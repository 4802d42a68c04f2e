/**
 * `als-sink envoy`: Envoy's side of a format. Prints the `access_log` blocks (HTTP and TCP) and the cluster that bring what the format
 * needs: lists of headers, keys of the filter state, custom tags, and a buffer that fits the traffic.
 */
import { Command, InvalidArgumentError, Option } from 'commander'
import { stringify } from 'yaml'
import { createKernel } from '../app.ts'
import { formatsOf } from '../compile.ts'
import type { Address } from '../config/config.ts'
import { parseAddress, parseDuration } from '../config/scalars.ts'
import type { FormatSpec } from '../engine/compile-format.ts'
import { type LoggerBlock, loggerBlock } from '../engine/logger-block.ts'
import type { Action } from './action.ts'
import { loadFile } from './compile-file.ts'
import { addFormatFlags, compileInput, type FormatFlags, readFormat } from './format-input.ts'
import { bufferFor, commonConfig, sinkCluster, type Traffic } from './logger-config.ts'
import { exit, type Terminal, UsageError } from './terminal.ts'

interface EnvoyFlags extends FormatFlags {
  readonly config?: string
  readonly exact?: boolean
  readonly envoyVersion?: string
  readonly logName: string
  readonly address?: Address
  readonly rate: number
  readonly outage: number
  readonly output: 'text' | 'json'
}

export function envoyCommand(action: Action): Command {
  const command = new Command('envoy')
    .description("Prints the configuration of Envoy's gRPC access loggers that a format needs.")
    .option('-c, --config <file>', 'for the formats of every backend of this sink.yaml')
    .option('--exact', 'ship as custom tags also what entries carry, but not in every case as Envoy itself prints it')
    .option('--envoy-version <version>', 'for an older Envoy, e.g. 1.36', readVersion)
    .option('--log-name <name>', 'what the stream is called', 'als-sink')
    .option('--address <address>', 'where the sink listens; default 127.0.0.1:9001, or as in sink.yaml', readAddress)
    .option('--rate <entries/s>', 'entries a second of one proxy, for the buffer', readRate, 500)
    .option('--outage <duration>', 'how long the sink may be away without loss, e.g. 2s', readOutage, 0)
    .addOption(new Option('--output <form>', 'form of the answer').choices(['text', 'json']).default('text'))
  return addFormatFlags(command).action(action(envoy))
}

async function envoy(terminal: Terminal, flags: EnvoyFlags): Promise<number> {
  const { formats, address } = readFormats(flags, terminal)
  const block = loggerBlock(formats, { exact: flags.exact ?? false, envoyVersion: flags.envoyVersion ?? null })
  const traffic: Traffic = { entriesPerSecond: flags.rate, outageMs: flags.outage }
  const answer = {
    access_log: accessLogs(block, flags.logName, traffic),
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

function accessLogs(block: LoggerBlock, logName: string, traffic: Traffic) {
  const common_config = commonConfig(block, logName, traffic)
  const list = (name: string, names: readonly string[]) => (names.length > 0 ? { [name]: names } : {})
  return {
    http: {
      name: 'envoy.access_loggers.http_grpc',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig',
        common_config,
        ...list('additional_request_headers_to_log', block.requestHeaders),
        ...list('additional_response_headers_to_log', block.responseHeaders),
        ...list('additional_response_trailers_to_log', block.responseTrailers),
      },
    },
    tcp: {
      name: 'envoy.access_loggers.tcp_grpc',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.access_loggers.grpc.v3.TcpGrpcAccessLogConfig',
        common_config,
      },
    },
  }
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
