/** A start that fails leaves nothing open behind it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { auditRig } from './audit/door/rig.ts'

const sealed = (folder: string) => ({
  kubernetes: [{ source: 'prod', 'audit-log-path': join(folder, 'prod.log') }],
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'als-sink-app-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

/** Sockets that this process listens on, and watched files. */
const held = () =>
  process
    .getActiveResourcesInfo()
    .filter((name) => !/Request|Pipe|Timeout/.test(name))
    .sort()

test('an address that is taken: what was opened before is closed again', async () => {
  const folder = newFolder()
  const other = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void other.close())
  await new Promise((resolve) => other.once('listening', resolve))
  const { port } = other.address() as { port: number }
  const before = held()
  const taken = { address: `127.0.0.1:${port}`, tls: null }
  await expect(auditRig(sealed, folder, { grpc: taken })).rejects.toThrow(/in use|taken/)
  await expect(auditRig(sealed, folder, { http: taken })).rejects.toThrow(/in use|taken/)
  // The system takes its time for the last of them.
  await vi.waitFor(() => expect(held()).toEqual(before))
})
