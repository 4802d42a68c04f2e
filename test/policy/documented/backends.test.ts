/** Tcp and File as Kuma's documentation shows them, with and without `type`; and `/dev/stdout` as the standard output of a real process. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { encodeJsonMessage } from '../../../src/schema/json.ts'
import { loadSchema } from '../../../src/schema/load.ts'
import { Running, scratch } from '../../cli/run.ts'
import { grpcCall, grpcClient } from '../../support/grpc-call.ts'
import { until } from '../../support/until.ts'
import {
  everythingOut,
  frontend,
  httpEntry,
  httpLine,
  nodeOf,
  tcpEntry,
  tcpLine,
  toBackend,
  universal,
} from './documents.ts'
import { walk } from './walk.ts'

const from = nodeOf(universal, 'frontend-canary')
const lines = httpLine('frontend', 'backend') + tcpLine('frontend', 'backend')

const sent = (backends: string) =>
  walk({
    documents: [everythingOut(backends), frontend(universal, 'canary')],
    traffic: [{ from, http: [httpEntry(toBackend)], tcp: [tcpEntry(toBackend)] }],
  })

describe.each([
  ['with a type', 'type: Tcp\n  ', 'type: File\n  '],
  ['without one, as 2.2 has it', '', ''],
])('%s', (_, typeTcp, typeFile) => {
  test('a TCP backend streams lines to its address', async () => {
    const { tcp, stdout, complaints } = await sent(`- ${typeTcp}tcp:\n      address: 127.0.0.1:5000\n`)
    expect([tcp, stdout, complaints]).toEqual([lines, '', []])
  })

  test('a file backend writes lines to its path', async () => {
    const { tcp, stdout, complaints } = await sent(`- ${typeFile}file:\n      path: /dev/stdout\n`)
    expect([tcp, stdout, complaints]).toEqual(['', lines, []])
  })
})

test('policies that name one address share its connection, in the order of their entries', async () => {
  const backend = '- type: Tcp\n  tcp: { address: "127.0.0.1:5000", format: { type: Plain, plain: '
  const { tcp, written } = await sent(`${backend}a } }\n${backend}b } }\n`)
  expect(tcp).toBe('a\nb\na\nb\n')
  expect(Object.values(written)).toEqual([4])
})

test('/dev/stdout is the standard output of the sink', async () => {
  const folder = scratch()
  writeFileSync(
    join(folder, 'policies.yaml'),
    `${everythingOut('- type: File\n  file: { path: /dev/stdout }\n')}---\n${frontend(universal, 'canary')}`,
  )
  writeFileSync(
    join(folder, 'sink.yaml'),
    `listen: { grpc: "127.0.0.1:0", http: null }\npolicies: ${join(folder, 'policies.yaml')}\n`,
  )
  const sink = new Running(['serve', '-c', join(folder, 'sink.yaml')])
  const address = await sink.said(/"addresses":\["([^"]+)"/)
  const call = grpcCall(grpcClient(address))
  const message = {
    identifier: { node: { id: from, cluster: '' }, logName: '' },
    httpLogs: { logEntry: [httpEntry(toBackend)] },
  }
  await call.send(encodeJsonMessage(loadSchema(), 'envoy.service.accesslog.v3.StreamAccessLogsMessage', message))
  await until('the line', () => sink.stdout === httpLine('frontend', 'backend'))
  sink.child.kill('SIGTERM')
  expect((await sink.ended).stdout).toBe(httpLine('frontend', 'backend'))
})
