/** How much of a streamed answer goes out at full speed, in bytes. @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html */
export const streamBurstBytes: number = 6 * 1024 * 1024

/** How fast the rest follows, in bytes a second: the documented 2 MB counted as MiB, as AWS's emulator of the runtime does. */
export const streamBytesPerSecond: number = 2 * 1024 * 1024

/**
 * The speed limit of one streamed answer.
 *
 * guess: what was not used of the first 6 MB comes back at 2 MB a second, as in AWS's emulator of the runtime: a stream
 * that is slow by itself is never held up.
 */
export class StreamRate {
  #left = streamBurstBytes
  #at: number

  /** @param nowMs a monotonic clock, in milliseconds */
  constructor(nowMs: number) {
    this.#at = nowMs
  }

  /**
   * Counts bytes that were sent.
   *
   * @param bytes how many
   * @param nowMs the same clock
   * @returns milliseconds to wait before the next bytes
   */
  take(bytes: number, nowMs: number): number {
    const refill = ((nowMs - this.#at) / 1000) * streamBytesPerSecond
    this.#left = Math.min(streamBurstBytes, this.#left + refill) - bytes
    this.#at = nowMs
    return this.#left >= 0 ? 0 : (-this.#left / streamBytesPerSecond) * 1000
  }
}
