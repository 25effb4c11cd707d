import { describe, expect, it } from 'vitest'
import { guessContentType, readCallTarget, readHeaders } from './call-input.ts'
import { Values } from './values.ts'

describe('readCallTarget()', () => {
  it('reads functions with and without a path', () => {
    expect(readCallTarget('books')).toEqual({ kind: 'function', functionName: 'books', pathAndQuery: '/' })
    expect(readCallTarget('books:live/a%20b?x=1')).toEqual({
      kind: 'function',
      functionName: 'books:live',
      pathAndQuery: '/a%20b?x=1',
    })
    expect(readCallTarget('books?x=/1')).toMatchObject({ pathAndQuery: '/?x=/1' })
  })

  it('reads the region out of a URL of AWS, and none out of others', () => {
    const id = 'abcdefghijklmnopqrstuvwxyz012345'
    expect(readCallTarget(`https://${id}.lambda-url.eu-west-1.on.aws/x`)).toMatchObject({
      awsRegion: 'eu-west-1',
    })
    expect(readCallTarget('http://127.0.0.1:20000/x')).not.toHaveProperty('awsRegion')
    expect(readCallTarget('https://lambda-url.eu-west-1.on.aws.example.com/')).not.toHaveProperty('awsRegion')
  })
})

describe('readHeaders()', () => {
  it('reads names and values, empty ones too', () => {
    const values = new Values('call', { header: ['X-A:  b: c ', 'X-Empty:'] })
    expect(readHeaders(values)).toEqual([
      ['X-A', 'b: c'],
      ['X-Empty', ''],
    ])
  })

  it('refuses what is no header', () => {
    expect(() => readHeaders(new Values('call', { header: ['no colon'] }))).toThrow(/'Name: value' is wanted/)
  })
})

describe('guessContentType()', () => {
  it('takes objects and lists for JSON and the rest for a form', () => {
    const guess = (text: string): string => guessContentType(Buffer.from(text))
    expect(guess(' {"a":1}')).toBe('application/json')
    expect(guess('[1]')).toBe('application/json')
    expect(guess('{a:1}')).toBe('application/x-www-form-urlencoded')
    expect(guess('a=1')).toBe('application/x-www-form-urlencoded')
  })
})
