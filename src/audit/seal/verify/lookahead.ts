/**
 * A stream with a window in front of it: the first item may be looked at, and, once something is wrong, others found by their key and taken
 * out of turn. Until then it holds what was read at once, and no index.
 */

export class Lookahead<T> {
  readonly #source: AsyncIterator<readonly T[]>
  readonly #keyOf: (item: T) => string
  readonly #max: number
  /** Items from `#head` on; undefined: taken. */
  #items: (T | undefined)[] = []
  #head = 0
  /** How many items came before the first of `#items`. */
  #base = 0
  #ended = false
  #index: Map<string, number[]> | undefined

  /** `max`: items that are held at most, as far as whole runs of the source allow. */
  constructor(source: AsyncIterable<readonly T[]>, keyOf: (item: T) => string, max: number) {
    this.#source = source[Symbol.asyncIterator]()
    this.#keyOf = keyOf
    this.#max = max
  }

  /** The next item that was not taken; undefined at the end. */
  async first(): Promise<T | undefined> {
    for (;;) {
      const item = this.#items[this.#head]
      if (item !== undefined) return item
      if (this.#head < this.#items.length) this.shift()
      else if (!(await this.#read())) return undefined
    }
  }

  /** Steps over the first item. */
  shift(): void {
    const item = this.#items[this.#head]
    if (item !== undefined) this.#forget(item, this.#base + this.#head)
    this.#items[this.#head++] = undefined
  }

  /** Reads on until the window is full. */
  async fill(): Promise<void> {
    while (this.#items.length - this.#head < this.#max && (await this.#read())) {
      // Reading is all there is to do.
    }
  }

  /** The first item in the window with this key, and how far from its beginning it stands. */
  find(key: string): { readonly item: T; readonly distance: number } | undefined {
    this.#index ??= this.#indexed()
    const [at] = this.#index.get(key) ?? []
    if (at === undefined) return undefined
    const item = this.#items[at - this.#base]
    return item === undefined ? undefined : { item, distance: at - this.#base - this.#head }
  }

  /** Takes an item that was found out of the window. */
  take(distance: number): void {
    const at = this.#head + distance
    const item = this.#items[at]
    if (item === undefined) return
    this.#forget(item, this.#base + at)
    this.#items[at] = undefined
  }

  async #read(): Promise<boolean> {
    if (this.#ended) return false
    const { value, done } = await this.#source.next()
    if (done || value === undefined) {
      this.#ended = true
      return false
    }
    this.#items = this.#items.slice(this.#head)
    this.#base += this.#head
    this.#head = 0
    for (const item of value) {
      if (this.#index !== undefined) add(this.#index, this.#keyOf(item), this.#base + this.#items.length)
      this.#items.push(item)
    }
    return true
  }

  #indexed(): Map<string, number[]> {
    const index = new Map<string, number[]>()
    for (const [i, item] of this.#items.entries()) {
      if (item !== undefined) add(index, this.#keyOf(item), this.#base + i)
    }
    return index
  }

  #forget(item: T, at: number): void {
    const key = this.#keyOf(item)
    const left = this.#index?.get(key)?.filter((each) => each !== at) ?? []
    if (left.length > 0) this.#index?.set(key, left)
    else this.#index?.delete(key)
  }
}

function add(index: Map<string, number[]>, key: string, at: number): void {
  const known = index.get(key)
  if (known === undefined) index.set(key, [at])
  else known.push(at)
}
