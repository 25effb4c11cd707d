import { describe, expect, it } from 'vitest'
import { toPrintable } from './printable.ts'

describe('toPrintable()', () => {
  it('shows what would move the cursor, rename the window or speak 8-bit control, and keeps the rest', () => {
    expect(toPrintable('a\u001b[2Jb\u001b]0;title\u0007c\u009b2Kd\u007f')).toBe(
      'a\\u001b[2Jb\\u001b]0;title\\u0007c\\u009b2Kd\\u007f',
    )
    expect(toPrintable('over\rwritten\u0000')).toBe('over\\u000dwritten\\u0000')
    expect(toPrintable('tab\tline\nCR LF\r\nend\r é☃😀')).toBe('tab\tline\nCR LF\r\nend\\u000d é☃😀')
  })

  it('keeps colours, of furlong and of functions', () => {
    const coloured = '\u001b[31mred\u001b[39m \u001b[38;5;208mown\u001b[0m'
    expect(toPrintable(coloured)).toBe(coloured)
  })

  it('leaves JSON what it was', () => {
    const value = { text: 'a\u009bb\u007f\u001bc' }
    expect(JSON.parse(toPrintable(JSON.stringify(value)))).toEqual(value)
  })
})
