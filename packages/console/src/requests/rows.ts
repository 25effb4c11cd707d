import { batch, computed, type ReadonlySignal, signal } from '@preact/signals'
import type { RequestRow } from '@furlong/local/console'
import { createMatcher, type RequestFilter } from './filter.ts'

/** How many rows are kept: what comes in without end must not fill the memory. */
const maxRows = 20_000

/** How many more are let in before the oldest are dropped, so that this costs nothing with each row. */
const slack = 2_000

/** The rows of the list, oldest first inside, newest first outside. */
export class Rows {
  #all: RequestRow[] = []
  #shown: RequestRow[] = this.#all
  #matches: ((row: RequestRow) => boolean) | undefined
  readonly #version = signal(0)
  readonly #head = signal(0)

  /** How many match the filter. */
  readonly count: ReadonlySignal<number> = computed(() => {
    void this.#version.value
    return this.#shown.length
  })

  /** How many there are. */
  readonly total: ReadonlySignal<number> = computed(() => {
    void this.#version.value
    return this.#all.length
  })

  /** Counts those that matched when they came in: what is read can stay in its place. */
  readonly head: ReadonlySignal<number> = computed(() => this.#head.value)

  /** @param index from 0, the newest */
  at(index: number): RequestRow | undefined {
    void this.#version.value
    return this.#shown[this.#shown.length - 1 - index]
  }

  /** @returns the index of a request among those that match, from 0, the newest */
  indexOf(id: string): number | undefined {
    void this.#version.value
    const index = this.#shown.findIndex((row) => row.id === id)
    return index === -1 ? undefined : this.#shown.length - 1 - index
  }

  /** The oldest that is kept. */
  get oldest(): RequestRow | undefined {
    return this.#all[0]
  }

  /** Whether older ones could still be taken in. */
  get hasRoom(): boolean {
    return this.#all.length < maxRows
  }

  /** Takes in newer rows, oldest first. */
  push(rows: readonly RequestRow[]): void {
    if (rows.length === 0) return
    const isFiltered = this.#matches !== undefined
    const added = this.#matches === undefined ? rows : rows.filter(this.#matches)
    this.#all.push(...rows)
    if (isFiltered) this.#shown.push(...added)
    if (this.#all.length > maxRows + slack) this.#drop()
    this.#changed(added.length)
  }

  /** Takes in older rows, oldest first. */
  unshift(rows: readonly RequestRow[]): void {
    const known = this.#all
    this.#all = [...rows, ...known]
    this.#shown = this.#matches === undefined ? this.#all : [...rows.filter(this.#matches), ...this.#shown]
    this.#changed(0)
  }

  /** Shows only what matches. */
  filter(filter: RequestFilter): void {
    this.#matches = createMatcher(filter)
    this.#shown = this.#matches === undefined ? this.#all : this.#all.filter(this.#matches)
    this.#changed(0)
  }

  /** Forgets all. */
  clear(): void {
    this.#all = []
    this.#shown = this.#all
    this.#changed(0)
  }

  /** @returns each value that rows have there, with how many rows have it, the most frequent first */
  tally(read: (row: RequestRow) => string): readonly (readonly [value: string, count: number])[] {
    void this.#version.value
    const counts = new Map<string, number>()
    for (const row of this.#all) {
      const value = read(row)
      if (value !== '') counts.set(value, (counts.get(value) ?? 0) + 1)
    }
    return [...counts].sort(([, a], [, b]) => b - a)
  }

  #drop(): void {
    const from = this.#all[this.#all.length - maxRows]?.cursor ?? 0
    this.#all.splice(0, this.#all.length - maxRows)
    if (this.#shown === this.#all) return
    const kept = this.#shown.findIndex(({ cursor }) => cursor >= from)
    this.#shown.splice(0, kept === -1 ? this.#shown.length : kept)
  }

  #changed(added: number): void {
    batch(() => {
      // Whoever changes rows does not follow them by that.
      this.#version.value = this.#version.peek() + 1
      this.#head.value = this.#head.peek() + added
    })
  }
}
