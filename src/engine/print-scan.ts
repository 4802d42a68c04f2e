/**
 * Prints the scan of a plan: one function per message, cases naming their fields. Messages of the same shape (addresses, times)
 * share a function, which is told where their slots begin.
 */
import { matchBytes } from './match-bytes.ts'
import type { OneofCase, ScanField, ScanMessage, Slot, SlotName } from './plan.ts'
import { readLength, readTag, skipVarint } from './read-lines.ts'

export interface ScanSource {
  /** Name of the function that scans the entry. */
  readonly entry: string
  readonly functions: readonly string[]
}

/** Field number 0 does not exist; its tags by wire type. */
const badTag = { varint: 0, bytes: 2 }

export function printScan(scan: ScanMessage, slots: readonly Slot[], slotId: (name: SlotName) => string): ScanSource {
  return new ScanPrinter(slots, slotId).print(scan)
}

/** How the slots of the function being printed are named: by their own names, or from the first one on. */
interface Naming {
  readonly base: number | null
}

class ScanPrinter {
  readonly #slots: ReadonlyMap<SlotName, Slot>
  readonly #slotId: (name: SlotName) => string
  readonly #messages = new Map<string, number>()
  readonly #shapes = new Map<ScanMessage, string>()
  readonly #uses = new Map<string, number>()
  readonly #printed = new Map<string, { name: string; shared: boolean }>()
  readonly #names = new Set<string>()
  readonly #functions: string[] = []

  constructor(slots: readonly Slot[], slotId: (name: SlotName) => string) {
    this.#slots = new Map(slots.map((slot) => [slot.name, slot]))
    this.#slotId = slotId
  }

  print(scan: ScanMessage): ScanSource {
    this.#countMessages(scan)
    this.#count(scan)
    const { name } = this.#function(scan)
    return { entry: name, functions: this.#functions }
  }

  #countMessages({ message, fields }: ScanMessage): void {
    this.#messages.set(message, (this.#messages.get(message) ?? 0) + 1)
    for (const { action } of fields) if (action.kind === 'message') this.#countMessages(action.scan)
  }

  #count(scan: ScanMessage): void {
    const shape = this.#shape(scan)
    this.#uses.set(shape, (this.#uses.get(shape) ?? 0) + 1)
    for (const { action } of scan.fields) if (action.kind === 'message') this.#count(action.scan)
  }

  /** What two messages must have in common to share a function: all, but for where their slots begin. */
  #shape(scan: ScanMessage): string {
    // One that is walked in one place only has nobody to share with, and nearly all large ones are.
    if (this.#messages.get(scan.message) === 1) return scan.message
    const known = this.#shapes.get(scan)
    if (known !== undefined) return known
    const shape = this.#describe(scan)
    this.#shapes.set(scan, shape)
    return shape
  }

  #describe(scan: ScanMessage): string {
    const base = this.#base(scan)
    return JSON.stringify(scan, (key, value) => {
      const isSlot = key === 'slot' || key === 'present' || (/^\d+$/.test(key) && typeof value === 'string')
      return isSlot && value !== null ? this.#slots.get(value)!.index - base : value
    })
  }

  #base(scan: ScanMessage): number {
    return Math.min(...this.#slotsOf(scan).map((name) => this.#slots.get(name)!.index))
  }

  #slotsOf({ fields }: ScanMessage): SlotName[] {
    return fields.flatMap(({ oneof, action }) => {
      const own = oneof ? [oneof.slot] : []
      switch (action.kind) {
        case 'none':
          return own
        case 'message':
          return [...own, ...(action.present ? [action.present] : []), ...this.#slotsOf(action.scan)]
        case 'map':
          return [...own, ...action.keys.map(({ slot }) => slot)]
        default:
          return [...own, action.slot]
      }
    })
  }

  #function(scan: ScanMessage): { name: string; shared: boolean } {
    const shape = this.#shape(scan)
    const known = this.#printed.get(shape)
    if (known) return known
    const shared = this.#uses.get(shape)! > 1
    const made = { name: this.#functionName(scan.message), shared }
    this.#printed.set(shape, made)
    const naming = { base: shared ? this.#base(scan) : null }
    const bytes = scan.fields.filter((field) => (field.tag & 7) === 2)
    const varints = scan.fields.filter((field) => (field.tag & 7) === 0)
    this.#functions.push(
      [
        `function ${made.name}(p, end${shared ? ', base' : ''}) {`,
        '  while (p < end) {',
        ...readTag,
        '    if ((tag & 7) === 2) {',
        ...readLength,
        ...this.#switch(bytes, badTag.bytes, naming),
        '      p = to',
        '    } else if ((tag & 7) === 0) {',
        ...this.#switch(varints, badTag.varint, naming),
        ...skipVarint,
        '    } else if ((p = skip(tag, p, end)) < 0) return false',
        '  }',
        "  return p === end || bad('truncated')",
        '}',
      ].join('\n'),
    )
    return made
  }

  /** What to do with the fields of one wire type; those that are not here are stepped over. */
  #switch(fields: readonly ScanField[], bad: number, naming: Naming): string[] {
    const test = `return bad('tag') // field number 0`
    if (fields.length === 0) return [`      if (tag === ${bad}) ${test}`]
    return [
      '      switch (tag) {',
      ...fields.flatMap((field) => this.#case(field, naming)),
      `        case ${bad}: ${test}`,
      '      }',
    ]
  }

  #case(field: ScanField, naming: Naming): string[] {
    const body = [
      ...(field.oneof ? this.#oneof(field.oneof, field.number, naming) : []),
      ...this.#action(field, naming),
    ]
    return [
      `        case ${field.tag}: // ${field.name} = ${field.number}, ${field.type}`,
      ...body.map((line) => `          ${line}`),
      '          break',
    ]
  }

  #oneof({ slot, clear }: OneofCase, number: number, naming: Naming): string[] {
    const member = this.#at(slot, naming)
    const cleared = clear.flatMap((name) => {
      const first = this.#at(name, naming)
      return this.#slots.get(name)!.kind === 'span' ? [`${first} = ${this.#at(name, naming, 1)} = 0`] : [`${first} = 0`]
    })
    return [`if (${member} !== ${number}) {`, `  ${member} = ${number}`, ...cleared.map((line) => `  ${line}`), '}']
  }

  #action({ action }: ScanField, naming: Naming): string[] {
    switch (action.kind) {
      case 'none':
        return []
      case 'span':
        return [`${this.#at(action.slot, naming)} = p; ${this.#at(action.slot, naming, 1)} = to`]
      case 'position':
        return [`${this.#at(action.slot, naming)} = p`]
      case 'bit': {
        const mask = this.#at(action.slot, naming)
        const test = action.equals === null ? 'isTrue(p, end)' : `int32(p) === ${action.equals}`
        return [`if (${test}) ${mask} |= ${1 << action.bit}`, `else ${mask} &= ${~(1 << action.bit)}`]
      }
      case 'message': {
        const { name, shared } = this.#function(action.scan)
        const present = action.present === null ? [] : [`${this.#at(action.present, naming)} = 1`]
        if (!shared) return [...present, `if (!${name}(p, to)) return false`]
        const base = this.#base(action.scan)
        const where = naming.base === null ? String(base) : `base + ${base - naming.base}`
        return [...present, `if (!${name}(p, to, ${where})) return false`]
      }
      case 'map':
        return [`if (!${this.#mapFunction(action)}(p, to)) return false`]
      case 'append':
        return [`append(${this.#index(action.slot, naming)}, p, to)`]
    }
  }

  /** A map entry is a message of key and value, in any order, either of which may be missing and is empty then. */
  #mapFunction({ keyTag, valueTag, anyCase, keys }: Extract<ScanField['action'], { kind: 'map' }>): string {
    const name = this.#functionName('MapEntry')
    const lengths = [...new Set(keys.map(({ key }) => key.length))]
    this.#functions.push(
      [
        `function ${name}(p, end) {`,
        '  let key = p, keyEnd = p, value = end, valueEnd = end',
        '  while (p < end) {',
        ...readTag,
        '    if ((tag & 7) === 2) {',
        ...readLength,
        `      if (tag === ${keyTag}) { key = p; keyEnd = to }`,
        `      else if (tag === ${valueTag}) { value = p; valueEnd = to }`,
        `      else if (tag === ${badTag.bytes}) return bad('tag')`,
        '      p = to',
        '    } else if ((p = skip(tag, p, end)) < 0) return false',
        '  }',
        "  if (p !== end) return bad('truncated')",
        '  switch (keyEnd - key) {',
        ...lengths.flatMap((length) => [
          `    case ${length}:`,
          ...keys
            .filter(({ key }) => key.length === length)
            .map(({ key, slot }) => {
              const at = `s[${this.#slotId(slot)}`
              return `      if (${matchBytes(key, anyCase)}) { ${at}] = value; ${at} + 1] = valueEnd }`
            }),
          '      break',
        ]),
        '  }',
        '  return true',
        '}',
      ].join('\n'),
    )
    return name
  }

  #at(name: SlotName, naming: Naming, plus = 0): string {
    return `s[${this.#index(name, naming, plus)}]`
  }

  #index(name: SlotName, { base }: Naming, plus = 0): string {
    if (base === null) return `${this.#slotId(name)}${plus ? ` + ${plus}` : ''}`
    const offset = this.#slots.get(name)!.index - base + plus
    return `base${offset ? ` + ${offset}` : ''}`
  }

  #functionName(message: string): string {
    let name = `scan${message}`
    for (let n = 2; this.#names.has(name); n++) name = `scan${message}${n}`
    this.#names.add(name)
    return name
  }
}
