/**
 * What `docs/kuma.md` says is so: its commands are run and its documents read, and what they print, its tables and its numbers are the
 * code's. All of that is written anew by `npx vitest run test/docs -u`.
 */
import { execFile } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import * as limits from '../../src/limits.ts'
import { printTargetRefMatrix } from '../../src/policy/validation/target-ref-matrix.ts'
import { scratch } from '../cli/run.ts'
import { describeWithEnvoy } from '../envoy/real-envoy.ts'
import { frontend, tcpEntry, toBackend, universal } from '../policy/documented/documents.ts'
import { walk } from '../policy/documented/walk.ts'
import { until } from '../support/until.ts'
import { between, blocksOf, fileOf, pathOf, readPage, runSection, sectionsOf } from './page.ts'

const page = readPage('docs/kuma.md')

/** A cluster that has what the page shows, a Dataplane and a MeshService. */
const cluster = fileURLToPath(new URL('kuma', import.meta.url))
const commands = {
  kubectl: `[ "$1 $3 $4 $5" = "get -A -o yaml" ] && { cat "cluster/\${2%.kuma.io}.yaml" 2> /dev/null || cat "${cluster}/\${2%.kuma.io}.yaml"; }`,
  kumactl: `[ "$1 $3 $4 $5 $6" = "get --mesh default -o yaml" ] && cat "${cluster}/universal-$2.yaml"`,
}

test('the page is as the code has it', async () => {
  const sections: string[] = []
  for (const section of sectionsOf(page)) {
    const before = ({ text }: { text: string }, folder: string) =>
      text.startsWith('cat mesh.log')
        ? until(
            'two lines',
            () =>
              existsSync(join(folder, 'mesh.log')) &&
              readFileSync(join(folder, 'mesh.log'), 'utf8').split('\n').length > 2,
          )
        : Promise.resolve()
    sections.push(await runSection(section, { commands, before }))
  }
  let made = sections.join('')
  made = between(made, 'matrix', printTargetRefMatrix())
  made = between(made, 'keys', keysTable())
  made = between(made, 'limits', limitsTable())
  await expect(made).toMatchFileSnapshot(pathOf('docs/kuma.md'))
}, 60_000)

/** The README's rows, which are held against the schema there. */
function keysTable(): string {
  const rows = readPage('README.md')
    .split('\n')
    .filter((line) => /^\| `(?:policies|kuma\.\w+)/.test(line))
  expect(rows.length).toBeGreaterThan(10)
  return ['| key | default | says |', '|---|---|---|', ...rows, ''].join('\n')
}

function limitsTable(): string {
  const rows: readonly (readonly [what: string, bound: string, then: string])[] = [
    ['one file of `policies`', bytes(limits.policyFileBytesMax), 'it is not read; what it held before stays in force'],
    ['files', number(limits.policyFilesMax), 'the first of them, by their names, are read'],
    ['documents', number(limits.policyDocumentsMax), 'the first of them are read'],
    ['folders that are watched', number(limits.policyFoldersMax), 'others are looked at each second'],
    ['levels that a document is nested', number(limits.policyDepthMax), 'a fault'],
    ['lists within lists in a body', number(limits.anyValueDepthMax), 'a fault'],
    [
      'destinations of policies, open at a time',
      number(limits.policyDestinationsMax),
      'a further one is not opened; entries for it are counted as unmatched',
    ],
    [
      'formats of policies whose programs are kept',
      number(limits.policyFormatsMax),
      'all are forgotten, and compiled again when they are needed',
    ],
    [
      'contexts of one stream: listeners, destinations, peers, routes',
      number(limits.contextsMax),
      'all are forgotten, and looked at again',
    ],
    ['books of destinations that are no longer named', number(limits.pastLedgersMax), 'the oldest are not shown'],
    ['bytes of a value that is filled into a path', number(limits.pathValueBytesMax), 'it is cut'],
  ]
  return ['| what | at most | beyond that |', '|---|---|---|', ...rows.map((row) => `| ${row.join(' | ')} |`), ''].join(
    '\n',
  )
}

const number = (value: number) => value.toLocaleString('en')
const bytes = (value: number) => `${value / 1024 / 1024} MiB`

test('what it shows of a bad document is what the log says', async () => {
  const [shown] = /(?<=^ {4}policies\/)shop\.yaml.*$/m.exec(page)!
  const backend = '- { type: File, file: { path: /dev/stdout, format: { type: Plain, plain: "%RESPONSE_COD%" } } }'
  const text = (plain: string) =>
    `type: MeshAccessLog\nname: shop\nmesh: default\nspec:\n  targetRef: { kind: Mesh }\n  to:\n    - targetRef: { kind: Mesh }\n      default:\n        backends:\n          ${plain}\n`
  const { complaints } = await walk({
    documents: [text(backend), frontend(universal, 'canary')],
    traffic: [{ from: 'x', tcp: [tcpEntry(toBackend)] }],
  })
  const said = complaints.find((each) => each.includes('RESPONSE_COD'))!.replace(/^.*\/0\.yaml/, 'shop.yaml')
  expect(said.replace('It is not in force.', 'Its last good version stays in force.')).toBe(shown)
})

test('every document of the page has a name, so that it is read', () => {
  expect(blocksOf(page).filter((block) => block.language === 'yaml' && fileOf(block) === null)).toEqual([])
})

test('its links lead somewhere', () => {
  const anchors = [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
  for (const [, target] of page.matchAll(/\]\(#([^)]*)\)/g)) expect(anchors).toContain(target)
  for (const [, file] of page.matchAll(/`((?:src|test)\/[\w/.-]+)`/g))
    expect([file, existsSync(pathOf(file!))]).toEqual([file, true])
})

interface Modification {
  readonly cluster?: { readonly value: string }
  readonly networkFilter?: { readonly match: { readonly name: string }; readonly value: string }
}

describeWithEnvoy('the MeshProxyPatch', (binary) => {
  test('a real Envoy takes what it adds', async () => {
    const text = blocksOf(page).find((block) => fileOf(block) === 'meshproxypatch.yaml')!.text
    const { spec } = parse(text) as { spec: { default: { appendModifications: readonly Modification[] } } }
    const all = spec.default.appendModifications
    const clusters = all.flatMap(({ cluster }) => (cluster ? [parse(cluster.value)] : []))
    const filters = all.flatMap(({ networkFilter }) => (networkFilter ? [networkFilter] : []))
    expect(filters.map(({ match, value }) => parse(value).name === match.name)).toEqual([true, true])
    const file = join(scratch(), 'envoy.json')
    writeFileSync(
      file,
      JSON.stringify(
        bootstrap(
          clusters,
          filters.map(({ value }) => parse(value)),
        ),
      ),
    )
    const { stdout, stderr } = await promisify(execFile)(binary, ['--mode', 'validate', '--config-path', file])
    expect(`${stdout}${stderr}`).toContain('OK')
  }, 60_000)
})

/** What Kuma has in these filters, as far as Envoy needs it. */
const kumas: Readonly<Record<string, object>> = {
  'envoy.filters.network.http_connection_manager': {
    stat_prefix: 'http',
    route_config: {
      virtual_hosts: [
        { name: 'all', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster: 'als_sink' } }] },
      ],
    },
    http_filters: [
      {
        name: 'router',
        typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' },
      },
    ],
  },
  'envoy.filters.network.tcp_proxy': { stat_prefix: 'tcp', cluster: 'als_sink' },
}

function bootstrap(clusters: readonly object[], filters: readonly { name: string; typed_config: object }[]) {
  return {
    node: { id: 'default.shop-6d9f.kuma-demo', cluster: 'shop' },
    static_resources: {
      clusters,
      listeners: filters.map(({ name, typed_config }, i) => ({
        name,
        address: { socket_address: { address: '127.0.0.1', port_value: 20_001 + i } },
        filter_chains: [{ filters: [{ name, typed_config: { ...typed_config, ...kumas[name] } }] }],
      })),
    },
  }
}

test('the README leads here', () => {
  expect(readPage('README.md').includes('](docs/kuma.md)')).toBe(true)
})
