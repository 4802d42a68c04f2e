/**
 * Holds `proto/opentelemetry/` and `proto/google/rpc/` against upstream, in both directions: upstream is what the generated Python
 * types say of themselves.
 */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import protobuf from 'protobufjs'
import { FileDescriptorSet } from 'protobufjs/ext/descriptor/index.js'
import { expect, test } from 'vitest'
import { readProtoFolder } from '../../src/schema/load.ts'
import type { OtlpPython } from '../support/install-otlp-python.ts'
import { describeWithOtlpPython } from '../support/otlp-python.ts'
import { definitions, describe as describeDefinition, differences } from './describe.ts'

/** Their descriptors, with those of all that they import, as one FileDescriptorSet. */
const printDescriptors = `
import sys
from google.protobuf import descriptor_pb2
from google.rpc import error_details_pb2, status_pb2
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2

files = descriptor_pb2.FileDescriptorSet()
def add(file):
    if file.name not in [known.name for known in files.file]:
        file.CopyToProto(files.file.add())
        for dependency in file.dependencies:
            add(dependency)
for module in (logs_service_pb2, status_pb2, error_details_pb2):
    add(module.DESCRIPTOR)
sys.stdout.buffer.write(files.SerializeToString())
`

const ourRoot = readProtoFolder(fileURLToPath(new URL('../../proto', import.meta.url)))
const ours = definitions(ourRoot)
const held = [...ours.keys()].filter((name) => /^(?:opentelemetry|google\.rpc)\./.test(name))

/** Never part of an export of logs. */
const trimmed = ['opentelemetry.proto.logs.v1.LogsData']

describeWithOtlpPython('the OpenTelemetry definitions', (python) => {
  let upstream: protobuf.Root | undefined
  const theirs = () => (upstream ??= readUpstream(python))

  test.each(held)('%s is as upstream has it', (name) => {
    const definition = definitions(theirs()).get(name)
    expect(definition, `${name} does not exist upstream`).toBeDefined()
    expect(differences(describeDefinition(ours.get(name)!), describeDefinition(definition!))).toEqual([])
  })

  test('every message and enum of theirs is here, but for those that no export reaches', () => {
    const names = [...definitions(theirs()).keys()].filter((name) => name.startsWith('opentelemetry.'))
    expect(names.length).toBeGreaterThan(12)
    expect(names.filter((name) => !ours.has(name))).toEqual(trimmed)
  })

  test('the service has its one method, one message in and one out', () => {
    const describeService = (root: protobuf.Root) =>
      root.lookupService('opentelemetry.proto.collector.logs.v1.LogsService').methodsArray.map((method) => {
        method.resolve()
        const { name, requestStream, responseStream, resolvedRequestType, resolvedResponseType } = method
        const types = [resolvedRequestType!.fullName, resolvedResponseType!.fullName]
        return { name, streams: [requestStream === true, responseStream === true], types }
      })
    expect(describeService(ourRoot)).toEqual(describeService(theirs()))
    expect(describeService(ourRoot)).toMatchObject([{ name: 'Export', streams: [false, false] }])
  })
})

function readUpstream({ command, env }: OtlpPython): protobuf.Root {
  const bytes = execFileSync(command, ['-c', printDescriptors], { env })
  const { fromDescriptor } = protobuf.Root as unknown as { fromDescriptor(files: unknown): protobuf.Root }
  const root = fromDescriptor.call(protobuf.Root, FileDescriptorSet.decode(bytes))
  root.resolveAll()
  return root
}
