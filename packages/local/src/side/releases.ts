type Release = () => Promise<void> | void

/** What has been taken and must be given back: the last taken first, each of them, whatever fails. */
export class Releases {
  readonly #releases: Release[] = []

  /** Remembers how to give something back. */
  add(release: Release): void {
    this.#releases.push(release)
  }

  /**
   * Gives everything back.
   *
   * @throws {AggregateError} after all were tried, when some failed
   */
  async run(): Promise<void> {
    const errors: unknown[] = []
    for (const release of this.#releases.splice(0).toReversed()) {
      try {
        await release()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0)
      throw new AggregateError(errors, 'Not everything of the local side could be closed.')
  }
}
