/** How much a ring keeps. */
export interface RingLimits<T> {
  /** Most entries, at least 1. */
  readonly entries: number
  /** Most characters of all entries together, as `sizeOf` counts them; the newest entry is kept whatever its size. */
  readonly characters: number
  readonly sizeOf: (entry: T) => number
}

/** The latest entries of an endless sequence, each with a cursor that never repeats. */
export class Ring<T> {
  readonly #limits: RingLimits<T>
  readonly #entries = new Map<number, { readonly entry: T; readonly size: number }>()
  #oldest = 0
  #count = 0
  #characters = 0

  /** @param limits the oldest entries go when one of them is reached */
  constructor(limits: RingLimits<T>) {
    this.#limits = limits
  }

  /** Cursor behind the newest entry: pass it to `after` to see only what comes later. */
  get cursor(): number {
    return this.#count
  }

  /** Adds an entry. */
  push(entry: T): void {
    const size = this.#limits.sizeOf(entry)
    this.#entries.set(this.#count, { entry, size })
    this.#count += 1
    this.#characters += size
    while (this.#isOverfull()) {
      this.#characters -= this.#entries.get(this.#oldest)?.size ?? 0
      this.#entries.delete(this.#oldest)
      this.#oldest += 1
    }
  }

  /** Entries from the oldest kept to the newest, those behind `cursor` only. */
  *after(cursor = 0): Generator<T> {
    for (let at = Math.max(cursor, this.#oldest); at < this.#count; at += 1) yield* this.#at(at)
  }

  /** Entries from the newest to the oldest kept. */
  *newest(): Generator<T> {
    for (let at = this.#count - 1; at >= this.#oldest; at -= 1) yield* this.#at(at)
  }

  *#at(cursor: number): Generator<T> {
    const found = this.#entries.get(cursor)
    if (found !== undefined) yield found.entry
  }

  #isOverfull(): boolean {
    const { entries, characters } = this.#limits
    return this.#entries.size > 1 && (this.#entries.size > entries || this.#characters > characters)
  }
}
