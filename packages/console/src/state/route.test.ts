import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatRoute, parseRoute, type Route, views } from './route.ts'

describe('parseRoute()', () => {
  it('reads what formatRoute() writes', () => {
    const route = fc.record<Route>(
      {
        view: fc.constantFrom(...views),
        subject: fc.string({ minLength: 1 }),
        query: fc.dictionary(fc.constantFrom('text', 'status', 'gate'), fc.string({ minLength: 1 }), {
          noNullPrototype: true,
        }),
      },
      { requiredKeys: ['view', 'query'] },
    )
    fc.assert(
      fc.property(route, (place) => {
        expect(parseRoute(formatRoute(place))).toEqual(place)
      }),
    )
  })

  it('shows the requests where the address names no view', () => {
    for (const fragment of ['', '#', '#/', '#/nowhere', '#%'])
      expect(parseRoute(fragment).view).toBe('requests')
  })

  it('takes an address that is no good URI as it is', () => {
    expect(parseRoute('#/requests/%zz?text=%zz')).toEqual({
      view: 'requests',
      subject: '%zz',
      query: { text: '%zz' },
    })
  })
})
