import { expect, it } from 'vitest'
import { drawPlots } from './chart.ts'
import { plot } from './plot.ts'
import { compareQuarters, type Sample, soak } from './soak.ts'

it.runIf(process.platform === 'linux')(
  'works for a few seconds: all comes to what it should, and what is open stays as it is',
  async () => {
    const { samples, done, failures, overall } = await soak({ seconds: 4, callers: 4, seed: 1 })
    expect(failures).toEqual([])
    expect(done.get('GET')).toBeGreaterThan(0)
    expect(samples.length).toBeGreaterThan(8)
    expect(overall.max).toBeGreaterThanOrEqual(overall.p50)
    const { before, after } = compareQuarters(samples, ({ handles }) => handles, 'median')
    expect(after).toBeLessThanOrEqual(before + 8)
  },
  60_000,
)

it('tells what grows from what does not, and plots it', () => {
  const at = (rss: number): Sample =>
    ({ rss, heapUsed: rss, handles: 5, requestsPerSecond: 1 }) as unknown as Sample
  const growing = Array.from({ length: 8 }, (_, index) => at(100 + index * 10))
  expect(compareQuarters(growing, ({ rss }) => rss, 'least')).toEqual({
    before: 120,
    after: 160,
    growth: 160 / 120 - 1,
  })
  expect(compareQuarters(growing, ({ handles }) => handles, 'median').growth).toBe(0)
  expect(plot([0, 4, 8])).toBe('▁▅█')
})

it('draws every series from zero to a round number', () => {
  const lines = [
    { name: 'p50', values: [0, 21, 42] },
    { name: '<p99>', values: [] },
  ]
  const svg = drawPlots('a "run"', 90, [{ title: 'Latency', unit: 'ms', lines }])
  expect(svg).toContain('aria-label="a &quot;run&quot;"')
  expect(svg).toContain('>&lt;p99></text>')
  expect(svg).toContain('90 seconds')
  // 42 of 50, over 84 pixels between 44 and 128.
  expect(svg).toMatch(/<path class="a" d="M56\.0 128\.0L328\.0 92\.7L600\.0 57\.4"/)
  expect(svg).not.toMatch(/href|url\(|NaN/)
})
