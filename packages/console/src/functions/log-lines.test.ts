import type { LogLine, StreamEvents } from '@furlong/local/console'
import { describe, expect, it } from 'vitest'
import { LogLines } from './log-lines.ts'

const line = (text: string, name = 'orders'): LogLine =>
  ({
    functionArn: `arn:aws:lambda:us-east-1:111122223333:function:${name}`,
    text,
    at: '',
  }) as unknown as LogLine
const event = (cursor: number, missed: number, ...lines: readonly LogLine[]): StreamEvents['logs'] => ({
  cursor,
  missed,
  lines,
})
const create = (most = 100): LogLines =>
  new LogLines(({ functionArn }) => functionArn.endsWith(':orders'), most)
const tell = ({ entries }: LogLines): readonly (string | number)[] =>
  entries.map((entry) => ('notShown' in entry ? entry.notShown : entry.text))

describe('LogLines', () => {
  it('has the lines of one function, each once, whatever came first', () => {
    const lines = create()
    lines.follow(event(3, 0, line('b'), line('c')))
    expect(tell(lines)).toEqual([])
    lines.begin({ lines: [line('a'), line('b')], cursor: 2 })
    lines.follow(event(5, 0, line('x', 'reports'), line('d')))
    expect(tell(lines)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('says how many lines were missed, where they were', () => {
    const lines = create()
    lines.begin({ lines: [line('a')], cursor: 1 })
    lines.follow(event(503, 500, line('b'), line('c')))
    lines.follow(event(504, 0, line('d')))
    expect(tell(lines)).toEqual(['a', 500, 'b', 'c', 'd'])
  })

  it('does so when none of the lines behind them is of the function', () => {
    const lines = create()
    lines.begin({ lines: [], cursor: 0 })
    lines.follow(event(501, 500, line('x', 'reports')))
    expect(tell(lines)).toEqual([500])
  })

  it('counts as missed only what the first page did not have', () => {
    const lines = create()
    lines.follow(event(503, 500, line('b'), line('c')))
    lines.begin({ lines: [line('a')], cursor: 400 })
    expect(tell(lines)).toEqual(['a', 101, 'b', 'c'])
    const later = create()
    later.follow(event(503, 500, line('b'), line('c')))
    later.begin({ lines: [line('b')], cursor: 502 })
    expect(tell(later)).toEqual(['b', 'c'])
  })

  it('keeps the newest, and says that there were older ones', () => {
    const lines = create(2)
    lines.begin({ lines: [line('a')], cursor: 1 })
    expect(lines.hasOlder).toBe(false)
    lines.follow(event(3, 0, line('b'), line('c')))
    expect(tell(lines)).toEqual(['b', 'c'])
    expect(lines.hasOlder).toBe(true)
  })
})
