import { describe, expect, it } from 'vitest'
import { corsHeaders, preflightHeaders } from './cors.ts'

const cors = {
  AllowOrigins: ['https://a.example'],
  AllowMethods: ['GET', 'POST'],
  AllowHeaders: ['X-One', 'Content-Type'],
  ExposeHeaders: ['X-Łódź', 'X-Two'],
  AllowCredentials: true,
  MaxAge: 60,
}

describe('corsHeaders()', () => {
  it('adds nothing without an origin, or for one that is not allowed', () => {
    expect(corsHeaders(cors, undefined)).toEqual([])
    expect(corsHeaders(cors, 'https://b.example')).toEqual([])
  })

  it('reflects the origin, also for a star', () => {
    for (const AllowOrigins of [['*'], ['https://a.example']]) {
      expect(corsHeaders({ AllowOrigins }, 'https://a.example')).toEqual([
        ['Vary', 'Origin'],
        ['Access-Control-Allow-Origin', 'https://a.example'],
      ])
    }
  })

  it('writes nothing that a header cannot hold', () => {
    const exposed = corsHeaders(cors, 'https://a.example').at(-1)
    expect(exposed?.[0]).toBe('Access-Control-Expose-Headers')
    expect(exposed?.[1]).toMatch(/^[\x20-\xff]*,x-two$/)
  })
})

describe('preflightHeaders()', () => {
  it('adds methods, lower-case headers and the age', () => {
    expect(preflightHeaders(cors, 'https://a.example').slice(2)).toEqual([
      ['Access-Control-Allow-Headers', 'x-one,content-type'],
      ['Access-Control-Allow-Methods', 'GET,POST'],
      ['Access-Control-Allow-Credentials', 'true'],
      ['Access-Control-Max-Age', '60'],
    ])
  })
})
