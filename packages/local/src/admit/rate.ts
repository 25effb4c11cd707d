/**
 * Requests a second, counted without a timer.
 *
 * guess: a bucket that holds one second's worth and fills evenly. The rate is documented, how it is measured is not.
 */
export class Rate {
  #tokens: number
  #countedAtMs: number

  /**
   * Starts with a full bucket.
   *
   * @param perSecond requests a second
   * @param nowMs a clock that only goes forward
   */
  constructor(perSecond: number, nowMs: number) {
    this.#tokens = perSecond
    this.#countedAtMs = nowMs
  }

  /**
   * Counts one request.
   *
   * @param perSecond requests a second as they hold now
   * @param nowMs the same clock
   * @returns false when it is one too many, and then counts it not
   */
  take(perSecond: number, nowMs: number): boolean {
    const filled = this.#tokens + ((nowMs - this.#countedAtMs) * perSecond) / 1000
    this.#countedAtMs = nowMs
    this.#tokens = Math.min(perSecond, filled)
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }
}
