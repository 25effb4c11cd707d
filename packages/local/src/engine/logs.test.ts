import { describe, expect, it } from 'vitest'
import { InvocationLog, LineSplitter } from './logs.ts'

function split(...chunks: Buffer[]): string[] {
  const lines: string[] = []
  const splitter = new LineSplitter((line) => lines.push(line))
  for (const chunk of chunks) splitter.push(chunk)
  splitter.flush()
  return lines
}

describe('LineSplitter', () => {
  it('cuts lines across chunks, inside characters too', () => {
    const bytes = Buffer.from('one\r\ntwö\n\nlast')
    for (let cut = 1; cut < bytes.length; cut++) {
      expect(split(bytes.subarray(0, cut), bytes.subarray(cut))).toEqual(['one', 'twö', '', 'last'])
    }
  })

  it('cuts a line that does not end', () => {
    const lines = split(Buffer.alloc(600_000, 'x'))
    expect(lines.map((line) => line.length)).toEqual([262_144, 262_144, 75_712])
  })
})

describe('InvocationLog', () => {
  it('keeps the newest lines', () => {
    const log = new InvocationLog(['before'])
    for (let index = 0; index < 10_000; index++) log.add(String(index))
    expect(log.lines.length).toBeLessThanOrEqual(4_096)
    expect(log.lines.at(-1)).toBe('9999')
  })

  it('keeps the newest of long lines, and the last one whatever its length', () => {
    const log = new InvocationLog([])
    for (let index = 0; index < 100; index++) log.add(String(index).padEnd(100_000, '.'))
    expect(log.lines.join('').length).toBeLessThanOrEqual(524_288)
    expect(log.lines.at(-1)).toMatch(/^99\./)
    log.add('x'.repeat(1_000_000))
    expect(log.lines.at(-1)).toHaveLength(1_000_000)
  })
})
