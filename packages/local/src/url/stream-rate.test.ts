import { describe, expect, it } from 'vitest'
import { streamBurstBytes, streamBytesPerSecond, StreamRate } from './stream-rate.ts'

describe('the speed limit of a stream', () => {
  it('lets 6 MB pass at once, and 2 MB a second after them', () => {
    const rate = new StreamRate(0)
    expect(rate.take(streamBurstBytes, 0)).toBe(0)
    expect(rate.take(streamBytesPerSecond, 0)).toBe(1000)
    expect(rate.take(streamBytesPerSecond, 1000)).toBe(1000)
    expect(rate.take(streamBytesPerSecond / 2, 2000)).toBe(500)
  })

  it('holds no stream up that is slower than that, however long', () => {
    const rate = new StreamRate(0)
    for (let second = 0; second < 100; second += 1) {
      expect(rate.take(streamBytesPerSecond, second * 1000)).toBe(0)
    }
  })

  it('gives back no more than the first 6 MB', () => {
    const rate = new StreamRate(0)
    rate.take(1, 0)
    expect(rate.take(streamBurstBytes + streamBytesPerSecond, 3_600_000)).toBe(1000)
  })
})
