import type { LogLine, LogPage, StreamEvents } from '@furlong/local/console'

/** Lines of a log, or a gap of so many lines, of whatever functions, that came too fast. */
export type LogEntry = LogLine | { readonly notShown: number }

/** What is shown of the log of one function, from what the side says of all of them. */
export class LogLines {
  readonly #isWanted: (line: LogLine) => boolean
  readonly #most: number
  #entries: readonly LogEntry[] = []
  #hasOlder = false
  /** Cursor of the newest line that came; undefined until the first page is there: what comes before that waits. */
  #known: number | undefined
  #early: StreamEvents['logs'][] = []

  /**
   * @param isWanted tells whether a line is one of the function's
   * @param most entries that are kept: what a function writes without end must not fill the memory
   */
  constructor(isWanted: (line: LogLine) => boolean, most: number) {
    this.#isWanted = isWanted
    this.#most = most
  }

  /** Oldest first. */
  get entries(): readonly LogEntry[] {
    return this.#entries
  }

  /** Whether lines before the first are not shown. */
  get hasOlder(): boolean {
    return this.#hasOlder
  }

  /**
   * Takes the first page in.
   *
   * @param page of the function alone, `most` lines of it at most
   */
  begin({ lines, cursor }: LogPage): void {
    this.#known = cursor
    this.#hasOlder = lines.length >= this.#most
    this.#add(lines)
    const early = this.#early
    this.#early = []
    for (const event of early) this.follow(event)
  }

  /** Takes in what came: every line of all functions up to its cursor, but for those that it says were missed before them. */
  follow(event: StreamEvents['logs']): void {
    const known = this.#known
    if (known === undefined) {
      this.#early.push(event)
      return
    }
    const from = event.cursor - event.lines.length
    // The first page may have had some of either.
    const notShown = Math.min(event.missed, from - known)
    const own = event.lines.slice(Math.max(0, known - from)).filter(this.#isWanted)
    this.#add([...(notShown > 0 ? [{ notShown }] : []), ...own])
    this.#known = Math.max(known, event.cursor)
  }

  #add(added: readonly LogEntry[]): void {
    if (added.length === 0) return
    const all = [...this.#entries, ...added]
    this.#hasOlder ||= all.length > this.#most
    this.#entries = all.slice(-this.#most)
  }
}
