/** The servers that `end-to-end.ts` races: how each is started for a kind of line. All must write the same bytes. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { kumaHttpFormat } from '../src/format/default-formats.ts'
import { typedJsonFormat } from './formats.ts'
import { writeMesh } from './mesh.ts'

export type Kind = 'text' | 'json'
export const kinds: readonly Kind[] = ['text', 'json']

export interface Contestant {
  readonly name: string
  /** What to run so that lines are appended to `file`; other files may be put beside it. */
  readonly command: (kind: Kind, file: string) => Command
}

export interface Command {
  readonly program: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

const kumaValues = { mesh: 'default', sourceService: 'web', destinationService: 'backend', sourceAddress: '10.0.0.3' }
const logFormats = {
  text: { text_format_source: { inline_string: kumaHttpFormat } },
  json: { json_format: typedJsonFormat },
}

/** The same as policies say it; none: Kuma's default. */
const policyFormats = {
  text: {},
  json: { format: { type: 'Json', json: Object.entries(typedJsonFormat).map(([key, value]) => ({ key, value })) } },
}

export interface SinkSetting {
  /** Batches go by way of a spool, beside the file. */
  readonly spooled?: boolean
  /** Everything goes to this TCP destination as well. */
  readonly tcpPort?: number
  /** What writes the lines is one policy of a large mesh (`mesh.ts`). */
  readonly mesh?: boolean
}

/** The sink of a checkout whose `dist/` is built. */
export function sinkOf(checkout: string, name: string, setting: SinkSetting = {}): Contestant {
  const { spooled = false, tcpPort, mesh = false } = setting
  return {
    name,
    command: (kind, file) => {
      const config = `${file}.yaml`
      const logFormat = logFormats[kind]
      const spool = spooled ? { spool: { dir: `${file}.spool` } } : {}
      const tcp = { type: 'Tcp', tcp: { address: `127.0.0.1:${tcpPort}`, logFormat } }
      const backends = [
        { type: 'File', file: { path: file, logFormat }, ...spool },
        ...(tcpPort === undefined ? [] : [tcp]),
      ]
      if (mesh) writeMesh(`${file}.mesh`, { type: 'File', file: { path: file, ...policyFormats[kind] } })
      const ways = mesh ? { policies: [`${file}.mesh`] } : { pipelines: [{ name: 'bench', backends }] }
      const kuma = mesh ? { defaultFormat: 'kuma', sortKeys: true } : { values: kumaValues }
      writeFileSync(config, JSON.stringify({ listen: { grpc: '127.0.0.1:0', http: null }, kuma, ...ways }))
      return { program: process.execPath, args: [join(checkout, 'dist/main.js'), 'serve', '-c', config] }
    },
  }
}

export const plain: Contestant = {
  name: 'plain',
  command: (kind, file) => ({ program: process.execPath, args: ['bench/peers/plain.js', kind, file] }),
}

/** The Go peer with what was chosen for it by measuring, and as such a server is usually written and run. */
export interface GoPeers {
  readonly tuned: Contestant
  readonly simple: Contestant
}

/** Builds the Go peer, or says why there is none. Throws when there is a Go that cannot build it. */
export function buildGoPeer(): GoPeers | { readonly missing: string } {
  const binary = resolve('.cache/bench/go-peer')
  let version: string
  try {
    version = execFileSync('go', ['env', 'GOVERSION'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()
  } catch {
    return { missing: 'no `go` on the PATH' }
  }
  console.error(`building the Go peer with ${version}`)
  mkdirSync('.cache/bench', { recursive: true })
  execFileSync('go', ['build', '-trimpath', '-o', binary, '.'], { cwd: 'bench/peers/go', stdio: 'inherit' })
  // One thread for Go code: two cost more CPU for each entry and are no faster. The live heap is a megabyte or two, so by its own rule the
  // collector runs some hundred times a second; this lets it wait for four times as much garbage. More gained nothing.
  const env = { GOMAXPROCS: '1', GOGC: '400' }
  return {
    tuned: { name: 'go', command: (kind, file) => ({ program: binary, args: [kind, file], env }) },
    simple: { name: 'go-simple', command: (kind, file) => ({ program: binary, args: [kind, file, 'simple'] }) },
  }
}
