/** How many answers are kept before all are forgotten: more than a test suite asks for, less than memory minds. */
const capacity = 10_000

/**
 * Remembers what the store answered for as long as nothing in it has changed.
 *
 * A request asks the same few things every time (its URL, its caller, their policies), and writes are rare. Answers are
 * values nobody changes, so that they can also key what is derived from them, such as compiled policies.
 */
export class Memo {
  readonly #version: () => number
  readonly #answers = new Map<string, unknown>()
  #seen = -1

  /** @param version a number that changes with every change of the store */
  constructor(version: () => number) {
    this.#version = version
  }

  /**
   * @param key what is asked, unique over all questions
   * @param ask asks the store
   * @returns the remembered answer, or the store's
   */
  get<T>(key: string, ask: () => T): T {
    const version = this.#version()
    if (version !== this.#seen || this.#answers.size >= capacity) {
      this.#answers.clear()
      this.#seen = version
    }
    const known = this.#answers.get(key) as T | undefined
    // "There is none" is an answer worth remembering, too.
    if (known !== undefined || this.#answers.has(key)) return known as T
    const answer = ask()
    this.#answers.set(key, answer)
    return answer
  }

  /** Forgets everything. */
  clear(): void {
    this.#answers.clear()
  }
}
