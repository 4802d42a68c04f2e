/**
 * Gets OpenTelemetry's own generated types and gRPC's own implementation, in Python. The packages go to `.cache/otlp/` in the project
 * (git-ignored) and stay there; a second call needs no network.
 *
 *     npx tsx test/support/install-otlp-python.ts        prints the folder
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** With all that they need. */
const packages = [
  'opentelemetry-proto==1.45.2',
  'googleapis-common-protos==1.76.0',
  'grpcio==1.85.1',
  'protobuf==7.36.2',
  'typing_extensions==4.16.0',
]

const cacheFolder = fileURLToPath(new URL('../../.cache/otlp', import.meta.url))

export interface OtlpPython {
  readonly command: string
  readonly env: NodeJS.ProcessEnv
}

/** Installs what is missing. Throws an Error that says what to do about it. */
export function installOtlpPython(): OtlpPython {
  const command = process.env['PYTHON'] ?? 'python3'
  let tag: string
  try {
    tag = execFileSync(command, ['-c', 'import pip, sys; print(sys.implementation.cache_tag)'], { encoding: 'utf8' })
  } catch (cause) {
    throw new Error(`The receiver is written in Python, but ${command} with pip does not run here.`, { cause })
  }
  const folder = join(
    cacheFolder,
    `${tag.trim()}-${createHash('sha256').update(packages.join()).digest('hex').slice(0, 12)}`,
  )
  if (!existsSync(folder)) install(command, folder)
  return { command, env: { ...process.env, PYTHONPATH: folder } }
}

function install(command: string, folder: string): void {
  mkdirSync(cacheFolder, { recursive: true })
  // Unpacked beside its place and moved there when whole: an interrupted download is never mistaken for the packages.
  const partial = mkdtempSync(join(cacheFolder, 'partial-'))
  const options = ['--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary', ':all:', '--retries', '2']
  try {
    execFileSync(command, ['-m', 'pip', 'install', ...options, '--target', partial, ...packages], {
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
    })
    renameSync(partial, folder)
  } catch (cause) {
    // Test files run side by side: another one may have been quicker.
    if (existsSync(folder)) return
    const said = (cause as { stderr?: string }).stderr?.trim() ?? String(cause)
    throw new Error(`pip could not install ${packages.join(' ')}:\n${said}`, { cause })
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log(installOtlpPython().env['PYTHONPATH'])
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 1
  }
}
