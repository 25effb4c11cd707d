import { describe, expect, it } from 'vitest'

import { createValidationMessage, findViolations } from './constraints.ts'
import { paginate } from './pagination.ts'
import { writeXml } from './query/xml.ts'

describe('findViolations()', () => {
  it('shows the names of a map, never its values', () => {
    expect(findViolations('variables', { SECRET: 'hidden' }, { max: 0 })).toEqual([
      "Value '{SECRET}' at 'variables' failed to satisfy constraint: Member must have length less than or equal to 0",
    ])
  })

  it('counts what it found', () => {
    expect(createValidationMessage(findViolations('a', undefined, { required: true }))).toBe(
      "1 validation error detected: Value null at 'a' failed to satisfy constraint: Member must not be null",
    )
    expect(createValidationMessage(['x', 'y'])).toBe('2 validation errors detected: x; y')
  })
})

describe('paginate()', () => {
  it('goes on behind the last item, also when it is gone', () => {
    const keyOf = (key: string): string => key
    const first = paginate(['A', 'a', 'b', 'C'], keyOf, undefined, 2)
    expect(first?.items).toEqual(['A', 'a'])
    expect(paginate(['A', 'b', 'C'], keyOf, first?.nextMarker, 2)).toEqual({ items: ['b', 'C'] })
    expect(paginate(['A'], keyOf, first?.nextMarker, 2)).toEqual({ items: [] })
    expect(paginate(['A'], keyOf, 'made up', 2)).toBeUndefined()
  })
})

describe('writeXml()', () => {
  it('escapes, lists members and leaves out what is absent', () => {
    expect(
      writeXml({
        Text: '<a href="x">&\r\u0001</a>',
        List: ['x', { Y: 1 }],
        None: undefined,
        When: new Date('2026-11-22T10:00:00.123Z'),
        Yes: true,
      }),
    ).toBe(
      '<Text>&lt;a href=&quot;x&quot;&gt;&amp;&#xD;\uFFFD&lt;/a&gt;</Text><List><member>x</member><member><Y>1</Y></member></List><When>2026-11-22T10:00:00Z</When><Yes>true</Yes>',
    )
  })
})
