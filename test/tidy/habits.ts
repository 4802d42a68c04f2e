/** The rules of the house about single files: headers, length, exports that nobody needs, tests that nobody runs, the README. */
import { codeOf, exportsOf, importsOf, type SourceFile } from './source-file.ts'

const linesMax = 260

/** Files that read straight down and would not gain from being cut, each with its reason. */
const longFiles: ReadonlyMap<string, string> = new Map([
  ['src/limits.ts', 'every bound of the house, one below the other, so that nobody has to look for one'],
])

export function headerFaults(sources: readonly SourceFile[]): string[] {
  return sources
    .filter(({ text }) => !/^(?:#!.*\n)?(?:\/\*\*|\/\/)/.test(text))
    .map(({ path }) => `${path}: opens without a comment that says what is found here`)
}

export function lengthFaults(sources: readonly SourceFile[], allowed = longFiles): string[] {
  const lines = ({ text }: SourceFile) => text.trimEnd().split('\n').length
  const tooLong = sources
    .filter((file) => lines(file) > linesMax && !allowed.has(file.path))
    .map(
      (file) => `${file.path}: ${lines(file)} lines; cut it, or give a reason in the list (${linesMax} is the limit)`,
    )
  const idle = [...allowed.keys()]
    .filter((path) => !sources.some((file) => file.path === path && lines(file) > linesMax))
    .map((path) => `${path}: is in the list of long files, but is not one`)
  return [...tooLong, ...idle]
}

/**
 * An export is alive when another file takes it, in `src/` or around it. A type also lives by the exports of its own file, whose
 * signatures name it. What `index.ts` exports is for users.
 */
/** What they export is for users, or for the host of the WebAssembly. */
const entrances = ['src/index.ts', 'src/machine/assembly/index.ts', 'src/audit/json/assembly/index.ts']

export function deadExportFaults(sources: readonly SourceFile[], around: readonly SourceFile[]): string[] {
  const taken = new Map<string, Set<string> | 'all'>()
  for (const { target, names } of [...sources, ...around].flatMap(importsOf)) {
    const known = taken.get(target) ?? new Set<string>()
    if (names === null || known === 'all') taken.set(target, 'all')
    else taken.set(target, new Set([...known, ...names]))
  }
  return sources
    .filter(({ path }) => !entrances.includes(path))
    .flatMap((file) => {
      const names = taken.get(file.path)
      const alive = ({ name, isType }: { name: string; isType: boolean }) =>
        names === 'all' || names?.has(name) || (isType && occurrences(codeOf(file), name) > 1)
      return exportsOf(file)
        .filter((exported) => !alive(exported))
        .map(({ name }) => `${file.path}: nobody imports ${name}`)
    })
}

function occurrences(text: string, word: string): number {
  return text.split(new RegExp(`\\b${word}\\b`)).length - 1
}

const setAside = /\b(?:test|it|describe|suite)(?:\.\w+)*\.(only|skip|skipIf|todo)\b/

/** A reason is a comment, on the same line or on the one before. */
export function skippedTestFaults(tests: readonly SourceFile[]): string[] {
  return tests.flatMap(({ path, text }) => {
    const lines = text.split('\n')
    return lines.flatMap((line, i) => {
      const word = setAside.exec(line)?.[1]
      if (!word) return []
      const reason = /(?:^|\s)\/\/ \S/.test(line) || /^\s*(?:\/\/ \S|\*|\/\*\*)/.test(lines[i - 1] ?? '')
      if (word === 'only') return [`${path}:${i + 1}: .only keeps all other tests from running`]
      return reason ? [] : [`${path}:${i + 1}: .${word} without a comment that gives the reason`]
    })
  })
}

/** `readme`: null when there is none. `scripts`: the names in package.json. */
export function readmeFaults(readme: string | null, scripts: readonly string[]): string[] {
  if (readme === null) return ['README.md: is missing']
  return scripts
    .filter((name) => !new RegExp(`\\bnpm (?:run )?${name}(?![\\w:-])`).test(readme))
    .map((name) => `README.md: does not mention npm ${name === 'test' ? '' : 'run '}${name}`)
}

interface LockFile {
  readonly packages: Readonly<Record<string, LockedPackage>>
}

interface LockedPackage {
  readonly resolved?: string
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/**
 * `npm ci` refuses a lock that does not know every optional package, the builds for other platforms among them; and npm leaves out
 * those that the registry at hand lacks. Addresses of registries do not belong in it: everyone has their own.
 */
export function lockFaults({ packages }: LockFile): string[] {
  const names = new Set(Object.keys(packages).map((path) => path.slice(path.lastIndexOf('node_modules/') + 13)))
  return Object.entries(packages).flatMap(([path, { resolved, optionalDependencies = {} }]) => [
    ...(resolved === undefined ? [] : [`package-lock.json: ${path} tells from where it was fetched`]),
    ...Object.keys(optionalDependencies)
      .filter((name) => !names.has(name))
      .map((name) => `package-lock.json: ${name}, an optional dependency of ${path}, is missing`),
  ])
}
