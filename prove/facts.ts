/** What must be true: the acknowledged value of each key, and the values that a write under way may have brought. */
export class Facts {
  readonly #known = new Map<string, string>()
  /** Key → the value that was asked for; undefined for its end, `any` for one that the server chooses. */
  readonly #underWay = new Map<string, string | undefined>()

  /** Remembers that a write is under way. */
  begin(key: string, value: string | undefined): void {
    this.#underWay.set(key, value)
  }

  /** The write was acknowledged, with this value; undefined when it ended the key. */
  acknowledge(key: string, value: string | undefined): void {
    this.#underWay.delete(key)
    if (value === undefined) this.#known.delete(key)
    else this.#known.set(key, value)
  }

  /** @returns what is acknowledged */
  get(key: string): string | undefined {
    return this.#known.get(key)
  }

  /** @returns the values of all keys that begin so */
  list(prefix: string): string[] {
    return [...this.#known].flatMap(([key, value]) => (key.startsWith(prefix) ? [value] : []))
  }

  /**
   * Compares with what is there, and takes that for the truth from now on.
   *
   * @param found every key that exists, with its value
   * @returns a sentence for each value that is not what was acknowledged, nor what was under way
   */
  settle(found: ReadonlyMap<string, string>): { lost: string[]; keptUnsaid: number; checked: number } {
    const lost: string[] = []
    let keptUnsaid = 0
    const keys = new Set([...this.#known.keys(), ...this.#underWay.keys(), ...found.keys()])
    for (const key of keys) {
      const [is, was] = [found.get(key), this.#known.get(key)]
      if (is === was) continue
      if (this.#underWay.has(key) && this.#mayBe(key, is)) keptUnsaid += 1
      else lost.push(`${key} was ${was ?? 'absent'} and is ${is ?? 'absent'}`)
    }
    this.#known.clear()
    this.#underWay.clear()
    for (const [key, value] of found) this.#known.set(key, value)
    return { lost, keptUnsaid, checked: keys.size }
  }

  #mayBe(key: string, value: string | undefined): boolean {
    const asked = this.#underWay.get(key)
    return asked === 'any' ? value !== undefined : asked === value
  }
}
