/** The latest entries of an endless sequence, each with a cursor that never repeats. */
export class Ring<T> {
  readonly #capacity: number
  readonly #entries: T[] = []
  #count = 0

  /** @param capacity how many entries are kept, at least 1 */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** Cursor behind the newest entry: pass it to `after` to see only what comes later. */
  get cursor(): number {
    return this.#count
  }

  /** Adds an entry; the oldest one goes when the ring is full. */
  push(entry: T): void {
    this.#entries[this.#count % this.#capacity] = entry
    this.#count += 1
  }

  /** Entries from the oldest kept to the newest, those behind `cursor` only. */
  *after(cursor = 0): Generator<T> {
    for (let at = Math.max(cursor, this.#count - this.#capacity); at < this.#count; at += 1) {
      yield this.#entries[at % this.#capacity] as T
    }
  }

  /** Entries from the newest to the oldest kept. */
  *newest(): Generator<T> {
    const oldest = Math.max(0, this.#count - this.#capacity)
    for (let at = this.#count - 1; at >= oldest; at -= 1) yield this.#entries[at % this.#capacity] as T
  }
}
