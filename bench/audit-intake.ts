/**
 * What does an audit event cost before it reaches the disk? `npm run bench:audit:intake`; `-- --against <checkout>` sets another checkout of ours
 * with a built `dist/` beside it, in turns. Bodies come in pieces as from a socket, are cut, judged, redacted and laid side by side, and the
 * records are sealed: all in this process, so that a change shows that the network and the disk would hide.
 */
import { EventEmitter } from 'node:events'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { createEventLists, eventsPerListDefault, stamp } from './audit-events.ts'
import { median } from './median.ts'

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '25' },
    /** Bodies in each round. */
    bodies: { type: 'string', default: '40' },
    /** Rounds that are not counted: what was sent before has to fill its tables. */
    warm: { type: 'string', default: '15' },
    /** Events about these alone, as `secrets,configmaps`. */
    resources: { type: 'string' },
    against: { type: 'string', multiple: true, default: [] },
  },
})
/** What a read of a socket holds. */
const pieceBytes = 64 * 1024

/** What a checkout is asked for. */
interface Modules {
  readonly readBody: typeof import('../src/audit/door/body.ts').readBody
  readonly Source: typeof import('../src/audit/intake/source.ts').Source
  readonly createEventIntake: typeof import('../src/audit/intake/event-intake.ts').createEventIntake
  readonly redactorOf: typeof import('../src/audit/redact/redactor.ts').redactorOf
  readonly Repeats: typeof import('../src/audit/trail/repeats.ts').Repeats
  readonly sealer: typeof import('../src/audit/seal/sealer.ts')
  readonly RecordLines: typeof import('../src/audit/seal/record-lines.ts').RecordLines
}

async function modulesOf(checkout: string): Promise<Modules> {
  const from = (name: string) => import(pathToFileURL(resolve(checkout, 'dist/audit', `${name}.js`)).href)
  const names = [
    'door/body',
    'intake/source',
    'intake/event-intake',
    'redact/redactor',
    'trail/repeats',
    'seal/record-lines',
  ]
  const found = await Promise.all(names.map(from))
  return { ...Object.assign({}, ...found), sealer: await from('seal/sealer') }
}

const { bodies, idsAt } = createEventLists(16, eventsPerListDefault, flags.resources?.split(','))
const bodyBytes = bodies.reduce((sum, { length }) => sum + length, 0) / bodies.length
let eventsSent = 0

/** One checkout at work. */
class Contestant {
  readonly name: string
  readonly takenMicros: number[] = []
  readonly sealedMicros: number[] = []
  readonly #modules: Modules
  readonly #source: InstanceType<Modules['Source']>
  readonly #lines: InstanceType<Modules['RecordLines']>
  #kept: { readonly bytes: Uint8Array; readonly at: number; readonly ends: Int32Array }[] = []
  #state

  constructor(name: string, modules: Modules) {
    this.name = name
    this.#modules = modules
    this.#lines = new modules.RecordLines()
    const signer = { keyId: '', publicKey: '', publicKeyPem: '', sign: () => '' }
    this.#state = modules.sealer.beginSeal(modules.sealer.newChain('00'.repeat(16)), { at: 0, signer }).state
    const redact = modules.redactorOf(
      'kubernetes',
      { secrets: true, configMaps: true, tokens: true },
      Buffer.alloc(32, 1),
    )
    const trail = {
      ...{ full: false, whenWritable: (callback: () => void) => callback(), hurry: () => {}, receipt: async () => {} },
      put: ({ bytes, at, ends }: { bytes: Uint8Array; at: number; ends: Int32Array }) =>
        void this.#kept.push({ bytes: bytes.slice(), at, ends: ends.slice() }),
    } as unknown as ConstructorParameters<Modules['Source']>[0]['trail']
    this.#source = new modules.Source({
      ...{ name, trail, quarantine: trail, redact: redact.whole, repeatsBy: 'bytes' },
      intake: modules.createEventIntake({ policy: () => ({ kind: 'asSent' }), redact }),
      repeats: new modules.Repeats(300_000),
      onOutcome: () => {},
      onNamesake: () => {},
    })
  }

  async round(count: number): Promise<void> {
    let [taken, sealed] = [0, 0]
    for (let i = 0; i < count; i++) {
      const which = i % bodies.length
      const body = Buffer.from(bodies[which]!)
      stamp(body, idsAt[which]!, eventsSent)
      eventsSent += eventsPerListDefault
      this.#kept = []
      const beganMs = performance.now()
      await this.#take(body)
      const tookMs = performance.now()
      this.#seal()
      taken += tookMs - beganMs
      sealed += performance.now() - tookMs
    }
    const events = count * eventsPerListDefault
    this.takenMicros.push((taken * 1000) / events)
    this.sealedMicros.push((sealed * 1000) / events)
  }

  async #take(body: Buffer): Promise<void> {
    const delivery = this.#source.begin(Date.now(), performance.now())
    const request = Object.assign(new EventEmitter(), { headers: {}, pause: () => {} })
    const options = { lists: true, isFull: () => false, room: async () => null, giveWay: () => null }
    const done = this.#modules.readBody(request as never, delivery, options)
    for (let at = 0; at < body.length; at += pieceBytes)
      request.emit('data', Buffer.from(body.subarray(at, at + pieceBytes)))
    request.emit('end')
    const refused = await done
    await delivery.settle()
    if (refused !== null || delivery.counts.accepted !== eventsPerListDefault)
      throw new Error(`${this.name}: not all was taken`)
  }

  #seal(): void {
    this.#lines.clear()
    const facts = { source: this.name, receivedAt: '2026-01-01T00:00:00.000Z' }
    for (const { bytes, at, ends } of this.#kept) {
      const records = {
        bytes: bytes.subarray(at),
        entryEnds: Uint32Array.from(ends, (end) => end - at),
        from: 0,
        to: ends.length,
      }
      this.#state = this.#modules.sealer.sealLines(this.#state, records, () => facts, this.#lines)
    }
  }
}

const contestants = await Promise.all(
  ['.', ...flags.against].map(async (checkout) => new Contestant(checkout, await modulesOf(checkout))),
)
for (let round = -Number(flags.warm); round < Number(flags.rounds); round++) {
  for (const each of contestants) {
    await each.round(Number(flags.bodies))
    if (round < 0) each.takenMicros.length = each.sealedMicros.length = 0
  }
}
console.log(
  `${flags.rounds} rounds of ${flags.bodies} bodies of ${(bodyBytes / 1e6).toFixed(2)} MB, ${eventsPerListDefault} events each, Node ${process.version}\n`,
)
const [own] = contestants
console.log('| µs an event | taken | sealed | times ours |\n|---|---|---|---|')
for (const { name, takenMicros, sealedMicros } of contestants) {
  console.log(
    `| ${name} | ${median(takenMicros).toFixed(2)} | ${median(sealedMicros).toFixed(2)} | ${median(takenMicros.map((micros, i) => micros / own!.takenMicros[i]!)).toFixed(3)} |`,
  )
}
