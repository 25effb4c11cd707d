import { describe, expect, it } from 'vitest'
import { parseFunctionName, suggestFunctionName } from './function-name.ts'

describe('parseFunctionName()', () => {
  it('reads names, aliases, partial and full ARNs', () => {
    expect(parseFunctionName('books')).toEqual({ name: 'books' })
    expect(parseFunctionName('books:live')).toEqual({ name: 'books', qualifier: 'live' })
    expect(parseFunctionName('111122223333:function:books')).toEqual({
      name: 'books',
      accountId: '111122223333',
    })
    expect(parseFunctionName('arn:aws:lambda:eu-west-1:111122223333:function:books:live')).toEqual({
      name: 'books',
      qualifier: 'live',
      region: 'eu-west-1',
      accountId: '111122223333',
    })
  })

  it('refuses a name with a space, naming value, pattern and limit', () => {
    expect(() => parseFunctionName('my function')).toThrow(
      "The function name 'my function' is not valid: it must match [a-zA-Z0-9-_]+ and be 1 to 64 characters long; it has 11.",
    )
  })

  it('refuses a name that is too long, also in an ARN, and tells its own length', () => {
    expect(() => parseFunctionName('x'.repeat(65))).toThrow(/it has 65/)
    const arn = 'arn:aws:lambda:eu-west-1:111122223333:function'
    expect(() => parseFunctionName(`${arn}:${'x'.repeat(65)}`)).toThrow(/it has 65/)
    expect(() => parseFunctionName(`${arn}:my function`)).toThrow(/it has 11/)
  })

  it('refuses the ARN of something else', () => {
    expect(() => parseFunctionName('arn:aws:s3:::books')).toThrow(/it has 18/)
    expect(() => parseFunctionName('arn:aws:lambda:eu-west-1:111122223333:layer:books')).toThrow(/it has 49/)
  })
})

describe('suggestFunctionName()', () => {
  it('makes a valid name of anything', () => {
    expect(suggestFunctionName(' my function!')).toBe('my-function')
    expect(suggestFunctionName('???')).toBe('function')
  })
})
