/**
 * A page of documentation as something that can be run: the blocks of each section, in their order, in a folder of their own. Blocks of YAML that
 * begin with a file's name become that file; blocks of shell are run there; a block of text is what the shell before it has printed.
 */
import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { scratch } from '../cli/run.ts'
import { until } from '../support/until.ts'

export interface Block {
  readonly language: string
  readonly text: string
  /** Of its text, in the page. */
  readonly at: number
}

export function blocksOf(page: string): readonly Block[] {
  return [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(({ 1: language, 2: text, index }) => ({
    language: language!,
    text: text!,
    at: index + '```'.length + language!.length + 1,
  }))
}

/** The parts of a page between headings of the second level. */
export function sectionsOf(page: string): readonly string[] {
  return page.split(/^(?=## )/m)
}

/** The file that a block of YAML is, by its first line; null: none. */
export const fileOf = ({ text }: Block) => /^# (\S+\.yaml)\n/.exec(text)?.[1] ?? null

const repository = fileURLToPath(new URL('../..', import.meta.url))

export interface RunOptions {
  /** Commands by their names, as text of shell; `als-sink` is always there. */
  readonly commands: Readonly<Record<string, string>>
  /** Resolves when a block may be run. */
  readonly before?: (block: Block, folder: string) => Promise<unknown>
}

/** Runs a section; answers it with the blocks of text as they should be. Throws when a command fails. */
export async function runSection(section: string, { commands, before }: RunOptions): Promise<string> {
  const folder = scratch()
  const ports = [await freePort(), await freePort()]
  const own = { ...commands, 'als-sink': `exec "${process.execPath}" "${repository}dist/main.js" "$@"` }
  mkdirSync(join(folder, '.bin'))
  for (const [name, text] of Object.entries(own)) {
    writeFileSync(join(folder, '.bin', name), `#!/bin/sh\n${text}\n`)
    chmodSync(join(folder, '.bin', name), 0o755)
  }
  const swap = (text: string, from: (i: number) => string, to: (i: number) => string) =>
    ports.reduce((swapped, _, i) => swapped.replaceAll(from(i), to(i)), text)
  const shown = (i: number) => `127.0.0.1:${9001 + i}`
  const real = (i: number) => `127.0.0.1:${ports[i]}`
  const here = (text: string) => swap(text, shown, real)
  const there = (text: string) => swap(text, real, shown)
  let printed = ''
  let answer = ''
  let at = 0
  for (const block of blocksOf(section)) {
    await before?.(block, folder)
    const file = fileOf(block)
    if (block.language === 'yaml' && file !== null) {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), here(block.text))
    } else if (block.language === 'sh') {
      printed = there(await runShell(here(block.text), folder))
    } else if (block.language === 'text') {
      answer += section.slice(at, block.at) + printed
      at = block.at + block.text.length
    }
  }
  return answer + section.slice(at)
}

/** What it prints. A command that serves is left running until the test ends. */
async function runShell(script: string, cwd: string): Promise<string> {
  const env = { ...process.env, NO_COLOR: '1', PATH: `${join(cwd, '.bin')}:${process.env['PATH']}` }
  const stays = /^als-sink serve /.test(script)
  const text = stays ? `exec ${script}` : `set -eu\n${script}`
  const child = spawn('sh', ['-c', text], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk))
  if (stays) {
    onTestFinished(() => void child.kill('SIGKILL'))
    await until('the sink listens', () => stderr.includes('listens on'))
    return ''
  }
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  if (code !== 0) throw new Error(`It ended with ${code}:\n${script}\n${stderr}`)
  return stdout
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return address.port
}

/** Puts text between a pair of marks. */
export function between(page: string, mark: string, text: string): string {
  const marked = new RegExp(`(<!-- ${mark} -->\\n)[\\s\\S]*?(?=<!-- /${mark} -->)`)
  if (!marked.test(page)) throw new Error(`The page has no mark "${mark}".`)
  return page.replace(marked, (_, begin: string) => `${begin}${text}`)
}

export const readPage = (path: string) => readFileSync(join(repository, path), 'utf8')
export const pathOf = (path: string) => join(repository, path)
