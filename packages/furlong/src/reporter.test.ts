import { describe, expect, it } from 'vitest'
import { createPaint, createTable } from './reporter.ts'

const write = (): void => {}

describe('createPaint()', () => {
  it('paints on a terminal only, and never with NO_COLOR', () => {
    expect(createPaint({ write, isTTY: true }, { TERM: 'xterm' })('red', 'x')).toBe('\u001B[31mx\u001B[39m')
    expect(createPaint({ write }, {})('red', 'x')).toBe('x')
    expect(createPaint({ write, isTTY: true }, { NO_COLOR: '1' })('red', 'x')).toBe('x')
    expect(createPaint({ write, isTTY: true }, { TERM: 'dumb' })('red', 'x')).toBe('x')
    expect(createPaint({ write }, { FORCE_COLOR: '1' })('red', 'x')).toContain('x\u001B')
  })
})

describe('createTable()', () => {
  it('sets cells in columns without trailing blanks', () => {
    expect(
      createTable(
        [
          ['a', 'b'],
          ['long', ''],
        ],
        { indent: 1 },
      ),
    ).toEqual([' a     b', ' long'])
  })
})
