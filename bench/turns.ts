/**
 * What does the sink cost against itself: another checkout, or another setting? `npm run bench:turns -- --against <checkout>`.
 *
 * Machines change their speed from second to second, by more than what is looked for here. So all contestants run at the same time and take
 * turns of a fraction of a second, which each of them begins as often; a round is the CPU time of all turns of new processes. Rounds
 * differ by a few hundredths, where servers that are measured one after the other differ by a fifth (`end-to-end.ts`).
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type Contestant, kinds, sinkOf } from './contestants.ts'
import { corpusFile } from './corpus.ts'
import { createLoad, sendLoad } from './load.ts'
import { meanRatio } from './mean-ratio.ts'
import { median } from './median.ts'
import { ServerProcess } from './server-process.ts'
import { warmUp } from './warm-up.ts'

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    turns: { type: 'string', default: '12' },
    /** How often the corpus is sent in a turn. */
    passes: { type: 'string', default: '6' },
    /** Of warming up, for each process. */
    seconds: { type: 'string', default: '1' },
    kind: { type: 'string', default: 'text' },
    streams: { type: 'string', default: '1' },
    /** The sink with other settings: `policies`, `spooled`. */
    peers: { type: 'string', default: '' },
    /** Another checkout of ours with a built `dist/`; may be given again. */
    against: { type: 'string', multiple: true, default: [] },
  },
})
const kind = kinds.find((each) => each === flags.kind) ?? 'text'
const passes = Number(flags.passes)
const turns = Number(flags.turns)
/** Who uses less CPU than this in so many milliseconds rests. */
const restMs = 30
const restMicrosMax = 1_000
const corpus = corpusFile()
const capture = readFileSync(corpus.path)
const load = createLoad(capture, Number(flags.streams))

const settings = { policies: { mesh: true }, spooled: { spooled: true } } as const
const contestants = [
  sinkOf('.', 'als-sink'),
  ...flags.against.map((checkout) => sinkOf(checkout, basename(checkout))),
  ...(Object.keys(settings) as (keyof typeof settings)[])
    .filter((name) => flags.peers.split(',').includes(name))
    .map((name) => sinkOf('.', name, settings[name])),
]

class Racer {
  readonly name: string
  readonly #server: ServerProcess
  readonly #folder: string
  #bytesPerPass = 0
  #begunMicros = 0

  private constructor(name: string, server: ServerProcess, folder: string) {
    this.name = name
    this.#server = server
    this.#folder = folder
  }

  static async start({ name, command }: Contestant): Promise<Racer> {
    const folder = mkdtempSync(join(tmpdir(), 'als-turns-'))
    const file = join(folder, 'out.log')
    return new Racer(name, await ServerProcess.start(command(kind, file), file), folder)
  }

  /** Returns the digest of what it wrote for the corpus. */
  async warmUp(): Promise<string> {
    await sendLoad({ port: this.#server.port, load, repeat: 1 })
    const { bytes, digest } = await this.#server.everything()
    this.#bytesPerPass = bytes
    await warmUp(this.#server, load, bytes, Number(flags.seconds))
    this.#server.emptyFile()
    this.#begunMicros = this.#server.threadMicros
    return digest
  }

  async takeTurn(): Promise<void> {
    await sendLoad({ port: this.#server.port, load, repeat: passes })
    await this.#rested()
  }

  /** It has nothing left to do for now; of what has arrived, the last batch may wait for a second. */
  async #rested(): Promise<void> {
    let before: number
    do {
      before = this.#server.threadMicros
      await setTimeout(restMs)
    } while (this.#server.threadMicros - before > restMicrosMax)
  }

  /** CPU time since it was warm, waiting for its turns included, in microseconds. */
  async stop(): Promise<number> {
    await this.#server.wrote(this.#bytesPerPass * passes * turns)
    const micros = this.#server.threadMicros - this.#begunMicros
    await this.#server.stop()
    rmSync(this.#folder, { recursive: true })
    return micros
  }
}

/** Microseconds of CPU for each entry. */
const costs = new Map(contestants.map(({ name }): [string, number[]] => [name, []]))
for (let round = 0; round < Number(flags.rounds); round++) {
  const racers: Racer[] = []
  for (const contestant of contestants) racers.push(await Racer.start(contestant))
  const digests = new Set<string>()
  for (const racer of racers) digests.add(await racer.warmUp())
  // With several streams the order of the lines is nobody's.
  if (digests.size > 1 && load.length === 1) throw new Error('not everybody wrote the same')
  for (let turn = 0; turn < turns; turn++) {
    for (let i = 0; i < racers.length; i++) await racers[(round + turn + i) % racers.length]!.takeTurn()
  }
  for (const racer of racers) {
    costs.get(racer.name)!.push((await racer.stop()) / (corpus.entries * passes * turns))
  }
  console.error(`round ${round + 1} of ${flags.rounds} done`)
}

const own = costs.get('als-sink')!
for (const [name, micros] of costs) {
  const costing = `${kind}, streams ${load.length}: ${name} ${median(micros).toFixed(2)} µs of CPU an entry (median)`
  const ratio = meanRatio(micros.map((each, round) => own[round]! / each))
  console.log(name === 'als-sink' ? costing : `${costing}; als-sink costs ${ratio} that`)
}
process.exit()
