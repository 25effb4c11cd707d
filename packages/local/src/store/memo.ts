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
  #isHeld = false

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
    if (!this.#isHeld) this.#renew()
    const known = this.#answers.get(key) as T | undefined
    // "There is none" is an answer worth remembering, too.
    if (known !== undefined || this.#answers.has(key)) return known as T
    const answer = ask()
    this.#answers.set(key, answer)
    return answer
  }

  /**
   * Asks many things as of one moment: whether anything has changed is looked at once, which costs more than an answer.
   *
   * @param work synchronous, and changes nothing
   * @returns what `work` returns
   */
  atOnce<T>(work: () => T): T {
    this.#renew()
    this.#isHeld = true
    try {
      return work()
    } finally {
      this.#isHeld = false
    }
  }

  #renew(): void {
    const version = this.#version()
    if (version === this.#seen && this.#answers.size < capacity) return
    this.#answers.clear()
    this.#seen = version
  }

  /** Forgets everything. */
  clear(): void {
    this.#answers.clear()
  }
}
