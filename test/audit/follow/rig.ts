/** A follower on real files, whose looks are made by hand, and a source that keeps what was settled. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import type { FollowEvent } from '../../../src/audit/follow/follow-events.ts'
import { type Follower, type FollowerOptions, openFollower } from '../../../src/audit/follow/follower.ts'
import type { FollowDelivery, FollowSource } from '../../../src/audit/follow/round.ts'
import type { BodyItem } from '../../../src/audit/json/body-splitter.ts'
import { auditFollowCloseMsMax } from '../../../src/limits.ts'
import { ManualClock } from '../../pipeline/manual-clock.ts'
import { until } from '../../support/until.ts'

/** Lines count once they are settled. */
export class KeepingSource implements FollowSource {
  readonly lists: boolean = true
  full = false
  readonly kept: string[] = []
  readonly quarantined: { text: string; reason: string }[] = []
  /** How the next deliveries end; then all end well. `late`: nobody says before `tell`. */
  readonly fates: ('well' | 'lost' | 'late')[] = []
  tell: () => void = () => {}
  deliveries = 0
  #wanted: (() => void)[] = []

  whenWritable(callback: () => void): void {
    if (this.full) this.#wanted.push(callback)
    else callback()
  }

  get isAwaited(): boolean {
    return this.#wanted.length > 0
  }

  makeRoom(): void {
    this.full = false
    for (const callback of this.#wanted.splice(0)) callback()
  }

  begin(): FollowDelivery {
    const taken: string[] = []
    this.deliveries++
    return {
      take: (item: BodyItem) => {
        taken.push(item.bytes.toString())
        this.onTaken()
      },
      quarantine: (bytes, reason) => {
        this.quarantined.push({ text: bytes.toString(), reason })
      },
      settle: async () => {
        const fate = this.fates.shift() ?? 'well'
        if (fate === 'lost') throw new Error('the disk is full')
        if (fate === 'late') {
          await new Promise<void>((resolve) => {
            this.tell = resolve
          })
        }
        for (const each of taken) this.kept.push(each)
      },
      abandon: () => {},
    }
  }

  /** For tests that want to know. */
  onTaken: () => void = () => {}
}

type RigOptions = Partial<Pick<FollowerOptions, 'unwrap' | 'hindrance' | 'path'>>

export class Rig {
  readonly folder = mkdtempSync(join(tmpdir(), 'als-sink-follow-'))
  readonly path = join(this.folder, 'audit.log')
  readonly positionFile = join(this.folder, 'state', 'position.json')
  readonly source = new KeepingSource()
  readonly events: FollowEvent[] = []
  #clock = new ManualClock()
  #follower: Follower | undefined

  constructor() {
    rigs.push(this)
  }

  /** Begins, and makes the first look. */
  async open(options: RigOptions = {}): Promise<void> {
    this.begin(options)
    await this.rest()
  }

  begin(options: RigOptions = {}): void {
    this.#clock = new ManualClock()
    const { path, positionFile, source } = this
    const onEvent = (event: FollowEvent) => this.events.push(event)
    this.#follower = openFollower({
      ...{ path, positionFile, source, onEvent, clock: this.#clock, random: () => 0 },
      ...options,
    })
  }

  /** One more look. */
  async look(): Promise<void> {
    this.nudge()
    await this.rest()
  }

  /** Begins a look; waits for nothing. */
  nudge(): void {
    this.#clock.advance(1_000)
  }

  /** The look is over. */
  async rest(): Promise<void> {
    await until('the follower has looked', () => this.#clock.timers === 1)
  }

  async close(): Promise<void> {
    await this.#follower?.close()
  }

  /** As a process that ends: what is under way is never heard of again. */
  async kill(): Promise<void> {
    const closed = this.#follower?.close()
    this.#clock.advance(auditFollowCloseMsMax)
    await closed
  }

  file(name: string): string {
    return join(this.folder, name)
  }

  get savedOffset(): number {
    return JSON.parse(readFileSync(this.positionFile, 'utf8')).offset
  }

  told(kind: FollowEvent['kind']): FollowEvent[] {
    return this.events.filter((event) => event.kind === kind)
  }

  async end(): Promise<void> {
    this.source.makeRoom()
    await this.kill()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

const rigs: Rig[] = []

afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.end()
})

/** Records `from` up to, not including, `to`, a line each. */
export function lines(from: number, to: number): string {
  return records(from, to)
    .map((record) => `${record}\n`)
    .join('')
}

export function records(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, i) => `{"n":${from + i}}`)
}
