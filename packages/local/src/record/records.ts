import { randomInt } from 'node:crypto'
import type { RequestRecord } from './record.ts'
import { Ring, type RingLimits } from './ring.ts'

/** What a side keeps of its records: what a function or a client sends must not fill the memory. */
const recordLimits: RingLimits<RequestRecord> = {
  entries: 10_000,
  characters: 32 * 1024 * 1024,
  sizeOf: ({ url, logLines = [] }) => logLines.reduce((sum, line) => sum + line.length, 1024 + url.length),
}

/** The records of one side, newest first. */
export class Records {
  readonly #ring = new Ring<RequestRecord>(recordLimits)
  // A few random letters keep ids of yesterday's side from naming today's requests.
  readonly #prefix = randomInt(36 ** 3, 36 ** 4).toString(36)
  #next = 0

  /** @returns a fresh id, short enough to type */
  nextId(): string {
    this.#next += 1
    return `${this.#prefix}${this.#next.toString(36)}`
  }

  /** Keeps a finished record. */
  add(record: RequestRecord): void {
    this.#ring.push(record)
  }

  /**
   * @param filter `refused`: only refusals; `limit`: at most so many, default 100
   * @returns records, newest first
   */
  list(filter: { readonly refused?: boolean; readonly limit?: number } = {}): RequestRecord[] {
    const { refused = false, limit = 100 } = filter
    const found: RequestRecord[] = []
    for (const record of this.#ring.newest()) {
      if (found.length >= limit) break
      if (!refused || record.refusal !== undefined) found.push(record)
    }
    return found
  }

  /** @returns the record of that id, unless it is too old to be kept */
  get(id: string): RequestRecord | undefined {
    for (const record of this.#ring.newest()) if (record.id === id) return record
    return undefined
  }

  /** @returns the latest refusal of all */
  latestRefusal(): RequestRecord | undefined {
    return this.list({ refused: true, limit: 1 })[0]
  }
}
