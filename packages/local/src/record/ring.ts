/** How much a ring keeps. */
export interface RingLimits<T> {
  /** Most entries, at least 1. */
  readonly entries: number
  /** Most characters of all entries together, as `sizeOf` counts them; the newest entry is kept whatever its size. */
  readonly characters: number
  readonly sizeOf: (entry: T) => number
}

/** A step of following a ring; `cursor` is the place behind it. */
export type Followed<T> =
  | { readonly kind: 'entry'; readonly entry: T; readonly cursor: number }
  | { readonly kind: 'missed'; readonly count: number; readonly cursor: number }

/** The latest entries of an endless sequence, each with a cursor that never repeats. */
export class Ring<T> {
  readonly #limits: RingLimits<T>
  /** Places are filled anew: keeping an entry costs the same whether the ring is full or not. */
  readonly #places: ({ readonly entry: T; readonly size: number } | undefined)[] = []
  /** Cursor before the first entry of all. */
  readonly #first: number
  #oldest: number
  #count: number
  #characters = 0
  /** Wakes those who follow. */
  readonly #wakers = new Set<() => void>()

  /**
   * @param limits the oldest entries go when one of them is reached
   * @param first cursor before the first entry
   */
  constructor(limits: RingLimits<T>, first = 0) {
    this.#limits = limits
    this.#first = first
    this.#oldest = first
    this.#count = first
  }

  /** Cursor behind the newest entry: pass it to `after` to see only what comes later. */
  get cursor(): number {
    return this.#count
  }

  /** Cursor before the oldest entry that is kept. */
  get oldest(): number {
    return this.#oldest
  }

  /** Adds an entry. */
  push(entry: T): void {
    const size = this.#limits.sizeOf(entry)
    if (this.#count - this.#oldest === this.#limits.entries) this.#drop()
    this.#places[this.#placeOf(this.#count)] = { entry, size }
    this.#count += 1
    this.#characters += size
    while (this.#characters > this.#limits.characters && this.#count - this.#oldest > 1) this.#drop()
    if (this.#wakers.size === 0) return
    for (const wake of this.#wakers) wake()
    this.#wakers.clear()
  }

  /**
   * Follows the sequence: what is kept behind `cursor`, then each entry as it comes. A slow reader misses what had to
   * go meanwhile, and is told how many that were.
   *
   * @param cursor where to begin
   * @param signal ends it, without an error
   */
  async *follow(cursor: number, signal: AbortSignal): AsyncGenerator<Followed<T>> {
    let wake = (): void => {}
    signal.addEventListener('abort', () => wake(), { once: true })
    for (let at = Math.min(cursor, this.#count); !signal.aborted;) {
      if (at < this.#oldest) {
        const count = this.#oldest - at
        at = this.#oldest
        yield { kind: 'missed', count, cursor: at }
      }
      const found = this.#find(at)
      if (found === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve
          this.#wakers.add(resolve)
        })
        this.#wakers.delete(wake)
      } else {
        at += 1
        yield { kind: 'entry', entry: found.entry, cursor: at }
      }
    }
  }

  /** Entries from the oldest kept to the newest, those behind `cursor` only. */
  *after(cursor = 0): Generator<T> {
    for (let at = Math.max(cursor, this.#oldest); at < this.#count; at += 1) yield* this.#at(at)
  }

  /** Entries from the newest to the oldest kept, those before `cursor` only. */
  *newest(cursor: number = this.#count): Generator<T> {
    for (let at = Math.min(cursor, this.#count) - 1; at >= this.#oldest; at -= 1) yield* this.#at(at)
  }

  *#at(cursor: number): Generator<T> {
    const found = this.#find(cursor)
    if (found !== undefined) yield found.entry
  }

  /** @returns undefined for what is gone, which may happen between two steps of whoever reads, and for what has not come */
  #find(cursor: number): { readonly entry: T; readonly size: number } | undefined {
    return cursor < this.#oldest || cursor >= this.#count ? undefined : this.#places[this.#placeOf(cursor)]
  }

  #drop(): void {
    const place = this.#placeOf(this.#oldest)
    this.#characters -= this.#places[place]?.size ?? 0
    this.#places[place] = undefined
    this.#oldest += 1
  }

  #placeOf(cursor: number): number {
    return (cursor - this.#first) % this.#limits.entries
  }
}
