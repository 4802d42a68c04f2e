/**
 * Who may import whom in `src/`: the arrows of the house, as data, and the rules that follow from them. Type-only imports count.
 */
import { codeOf, importsOf, type SourceFile } from './source-file.ts'

/** Everyone may go down to the cellar; it never comes up. */
const cellar = ['errors', 'limits', 'turns', 'telemetry', 'did-you-mean']

/** Rooms, and single files of rooms, that a room may import. Files directly in `src/` are rooms of their own. */
const arrows: Readonly<Record<string, readonly string[] | 'all'>> = {
  identifier: [],
  batch: ['identifier'],
  wire: [],
  disk: [],
  config: [],
  format: [],
  policy: ['config'],
  render: ['wire'],
  schema: ['identifier'],
  captures: ['schema'],
  cases: ['captures', 'schema', 'config', 'format'],
  machine: ['render', 'wire'],
  engine: ['format', 'schema', 'machine', 'render', 'wire', 'identifier'],
  spool: ['disk', 'wire', 'batch'],
  writers: ['disk', 'wire', 'batch'],
  pipeline: ['engine/program.ts', 'writers/writer.ts', 'spool', 'wire', 'batch', 'identifier'],
  net: [],
  http2: [],
  web: ['net'],
  als: ['net', 'http2', 'pipeline', 'wire', 'identifier'],
  audit: [
    'pipeline',
    'backends',
    'writers',
    'disk',
    'policy/store/list-files.ts',
    'policy/store/pattern.ts',
    'policy/store/pieces.ts',
    'config',
    'web/server.ts',
    'als/unary.ts',
    'als/status.ts',
    'identifier',
    'wire',
    'batch',
  ],
  // A program works in one memory, so who compiles must be able to say which.
  backends: ['engine/program.ts', 'pipeline', 'schema', 'spool', 'writers', 'batch'],
  compile: ['config', 'format', 'schema', 'engine', 'wire/memory.ts'],
  mesh: ['policy', 'compile', 'backends', 'pipeline', 'config', 'engine', 'identifier', 'wire'],
  kernel: ['schema', 'wire', 'identifier', 'als/message.ts'],
  running: ['als', 'web', 'mesh', 'audit', 'backends', 'pipeline'],
  app: 'all',
  cli: [
    'config',
    'policy',
    'audit',
    'compile',
    'kernel',
    'app',
    'running',
    'engine',
    'captures',
    'cases',
    'format',
    'als',
    'pipeline',
  ],
  main: ['cli'],
  index: 'all',
}

/** Packages that only these rooms may import. */
const keptPackages: Readonly<Record<string, readonly string[]>> = { protobufjs: ['schema'] }

/** Rooms that work once per message or entry. */
const hotRooms = ['wire', 'render', 'machine', 'http2', 'als', 'pipeline', 'writers']

const forbiddenWhenHot: readonly (readonly [RegExp, string])[] = [
  [/\bprocess\.env\b/, 'process.env (settings come in as options)'],
  [/\bJSON\.parse\b/, 'JSON.parse (entries are read as bytes)'],
  [/\bDate\.now\(\)/, 'Date.now() (time comes in as an argument)'],
]

/** The table as `src/README.md` shows it. `isBuilt`: a room that is not is in brackets. */
export function printArrows(isBuilt: (room: string) => boolean): string {
  const show = (name: string) => (isBuilt(name.split('/')[0]!) ? name.replace(/\.ts$/, '') : `[${name}]`)
  return Object.entries(arrows)
    .map(
      ([room, allowed]) =>
        `${show(room).padEnd(10)} → ${allowed === 'all' ? 'all' : allowed.map(show).join(' ') || '·'}`,
    )
    .join('\n')
}

/** `src/als/session.ts` is in `als`, `src/app.ts` in `app`. */
export function roomOf(path: string): string {
  return path.split('/')[1]!.replace(/\.\w+$/, '')
}

export function arrowFaults(sources: readonly SourceFile[]): string[] {
  const faults: string[] = []
  for (const file of sources) {
    const room = roomOf(file.path)
    const allowed = cellar.includes(room) ? [] : arrows[room]
    if (allowed === undefined) {
      faults.push(`${file.path}: the room ${room} has no row in the table of arrows`)
      continue
    }
    for (const { target } of importsOf(file)) {
      const keepers = keptPackages[target.split('/')[0]!]
      if (keepers && !keepers.includes(room)) {
        faults.push(`${file.path}: only ${keepers.join(', ')} may import ${target}`)
      }
      if (!target.startsWith('src/') || allowed === 'all') continue
      const to = roomOf(target)
      if (to === room || cellar.includes(to)) continue
      if (!allowed.includes(to) && !allowed.includes(target.slice('src/'.length))) {
        faults.push(
          `${file.path}: ${room} may not import ${target} (it may: ${allowed.join(', ') || 'the cellar only'})`,
        )
      }
    }
  }
  return faults
}

export function hotFaults(sources: readonly SourceFile[]): string[] {
  return sources
    .filter(({ path }) => hotRooms.includes(roomOf(path)))
    .flatMap((file) => {
      const code = codeOf(file)
      return forbiddenWhenHot
        .filter(([pattern]) => pattern.test(code))
        .map(([, what]) => `${file.path}: a hot room may not use ${what}`)
    })
}

/** Each cycle once, told from the file by which the search came upon it. */
export function cycleFaults(sources: readonly SourceFile[]): string[] {
  const targets = new Map(sources.map((file) => [file.path, importsOf(file).map(({ target }) => target)]))
  const done = new Set<string>()
  const faults: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path)
    if (start >= 0) faults.push(`a cycle: ${[...trail.slice(start), path].join(' → ')}`)
    if (start >= 0 || done.has(path)) return
    for (const target of targets.get(path) ?? []) visit(target, [...trail, path])
    done.add(path)
  }
  for (const { path } of sources) visit(path, [])
  return faults
}
