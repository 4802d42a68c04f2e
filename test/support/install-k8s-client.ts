/**
 * Builds kube-apiserver's own webhook client, `test/peers/k8s-webhook/`, with Go; its modules come from the module proxy. The program goes to
 * `.cache/k8s-webhook/` in the project (git-ignored) and stays there; a second call needs neither network nor Go, unless the sources were
 * changed.
 *
 *     npx tsx test/support/install-k8s-client.ts        prints the path of the program
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const sourceFolder = fileURLToPath(new URL('../peers/k8s-webhook', import.meta.url))
const cacheFolder = fileURLToPath(new URL('../../.cache/k8s-webhook', import.meta.url))

/** Builds it unless it is there, and answers its path. Throws an Error that says what to do about it. */
export function installK8sClient(): string {
  const program = join(cacheFolder, `client-${digestOfSources()}`)
  if (existsSync(program)) return program
  const command = process.env['GO'] ?? 'go'
  try {
    execFileSync(command, ['version'], { stdio: 'ignore' })
  } catch (cause) {
    throw new Error(
      `kube-apiserver's webhook is built with Go, but ${command} does not run here. Install Go, or put its path into GO.`,
      { cause },
    )
  }
  build(command, program)
  return program
}

function build(command: string, program: string): void {
  mkdirSync(cacheFolder, { recursive: true })
  // Built beside its place and moved there when whole. Test files run side by side: whoever is last wins, with the same program.
  const partial = mkdtempSync(join(cacheFolder, 'partial-'))
  const output = join(partial, 'client')
  try {
    execFileSync(command, ['build', '-trimpath', '-ldflags=-s -w', '-mod=readonly', '-o', output, '.'], {
      cwd: sourceFolder,
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
    })
    renameSync(output, program)
  } catch (cause) {
    const said = (cause as { stderr?: string }).stderr?.trim() ?? String(cause)
    throw new Error(`${command} could not build ${sourceFolder}:\n${said}`, { cause })
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
}

function digestOfSources(): string {
  const digest = createHash('sha256')
  for (const name of readdirSync(sourceFolder).sort()) {
    const bytes = readFileSync(join(sourceFolder, name))
    digest.update(`${name} ${bytes.length}\n`).update(bytes)
  }
  return digest.digest('hex').slice(0, 12)
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log(installK8sClient())
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 1
  }
}
