/**
 * The kernel alone: wire bytes to line bytes in process, no network and no file. `npm run bench:kernel`. Prints CPU nanoseconds per
 * entry, median of the rounds, for the formats that people use. Compare within one run only.
 */
import { cutMessage, MessageParts } from '../src/als/message.ts'
import { compileFormat, type FormatSpec } from '../src/engine/compile-format.ts'
import { envoyDefaultFormat, kumaHttpFormat } from '../src/format/default-formats.ts'
import { createKernel } from '../src/kernel.ts'
import { createCorpus } from './corpus.ts'
import { typedJsonFormat } from './formats.ts'
import { median } from './median.ts'

const rounds = 9
const passes = 20

const kernel = createKernel()
const { memory, tags } = kernel
const corpus = createCorpus()
const parts = new MessageParts()

const formats: Record<string, FormatSpec> = {
  'walk only': { text: '' },
  'three operators': { text: '%START_TIME% %RESPONSE_CODE% %REQ(:PATH)%\n' },
  'Envoy default': { text: envoyDefaultFormat },
  'Kuma HTTP': { text: kumaHttpFormat },
  '25-key typed JSON': { json: typedJsonFormat },
}

function measure(format: FormatSpec): { nanos: number; bytes: number } {
  const { http } = compileFormat(format, {
    memory,
    kumaValues: { mesh: 'default', sourceService: 'web', destinationService: 'backend', sourceAddress: '10.0.0.3' },
  })
  const runs = http.bindStream({ logName: '', nodeId: '', nodeCluster: '' })
  let bytes = 0
  const pass = () => {
    for (const message of corpus.messages) {
      memory.bytes.set(message, memory.inputAt)
      cutMessage(memory.bytes, memory.inputAt, memory.inputAt + message.length, tags, parts)
      let out = memory.outputAt
      const { at, end, count } = parts.entries
      for (let i = 0; i < count; i++) out = http.render(at[i]!, end[i]!, out, runs, 0)
      bytes = out - memory.outputAt
    }
  }
  for (let i = 0; i < passes; i++) pass()
  const samples = Array.from({ length: rounds }, () => {
    const before = process.cpuUsage()
    for (let i = 0; i < passes; i++) pass()
    const { user, system } = process.cpuUsage(before)
    return ((user + system) * 1000) / (passes * corpus.entries)
  })
  return { nanos: median(samples), bytes: bytes / parts.entries.count }
}

const size = corpus.messages.reduce((sum, message) => sum + message.length, 0) / corpus.entries
console.log(`${corpus.entries} entries of ${size.toFixed(0)} bytes on average, Node ${process.version}`)
for (const [name, format] of Object.entries(formats)) {
  const { nanos, bytes } = measure(format)
  console.log(`${name.padEnd(20)} ${nanos.toFixed(0).padStart(6)} ns/entry   ${bytes.toFixed(0).padStart(4)} bytes out`)
}
