/**
 * A TCP destination in another process, which can be frozen, killed and started again on the same port. See `tcp-receiver.mjs`.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { until } from '../../support/until.ts'

const receiver = fileURLToPath(new URL('tcp-receiver.mjs', import.meta.url))

export class TcpProcess {
  port = 0
  readonly #directory = mkdtempSync(join(tmpdir(), 'als-sink-tcp-'))
  #child: ChildProcess | undefined

  static async start(): Promise<TcpProcess> {
    const destination = new TcpProcess()
    await destination.start()
    return destination
  }

  /** On the same port as before. Resolves when it listens. */
  async start(): Promise<void> {
    const args = [receiver, this.#directory, `${this.#files().length}`, `${this.port}`]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    this.#child = child
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
    this.port = await until('the destination listens', () => said.endsWith('\n') && Number(said))
  }

  /** What it reads from now on stays with the kernel. */
  freeze(): void {
    this.#child!.kill('SIGSTOP')
  }

  thaw(): void {
    this.#child!.kill('SIGCONT')
  }

  /** SIGKILL; what it had not read is gone. Resolves when its port is free. */
  async kill(): Promise<void> {
    const child = this.#child!
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
  }

  /** Whole lines of all connections, one connection behind the other; the half line at the end of one is left out. */
  get text(): string {
    return this.#files()
      .map((file) => readFileSync(file))
      .map((bytes) => bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1).toString())
      .join('')
  }

  /** Of all connections: what its death can no longer cost. */
  get receivedBytes(): number {
    return this.#files().reduce((sum, file) => sum + statSync(file).size, 0)
  }

  async received(bytes: number): Promise<string> {
    let text = ''
    await until(`${bytes} bytes at the destination`, () => {
      if (this.receivedBytes < bytes) return false
      text = this.text
      return Buffer.byteLength(text) >= bytes
    })
    return text
  }

  async close(): Promise<void> {
    await this.kill()
    rmSync(this.#directory, { recursive: true })
  }

  #files(): string[] {
    return readdirSync(this.#directory)
      .sort()
      .map((name) => join(this.#directory, name))
  }
}
