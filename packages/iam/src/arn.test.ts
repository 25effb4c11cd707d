import { describe, expect, it } from 'vitest'
import { parseArn, parseFunctionArn, readAccountId } from './arn.ts'

const functionArn = 'arn:aws:lambda:us-east-1:111122223333:function:books'

describe('parseArn()', () => {
  it('reads the six parts; the resource keeps its colons', () => {
    expect(parseArn(`${functionArn}:live`)).toEqual({
      arn: `${functionArn}:live`,
      partition: 'aws',
      service: 'lambda',
      region: 'us-east-1',
      accountId: '111122223333',
      resource: 'function:books:live',
    })
    expect(parseArn('arn:aws-us-gov:iam::aws:policy/service-role/X')).toMatchObject({
      partition: 'aws-us-gov',
      region: '',
      accountId: 'aws',
    })
    expect(parseArn('arn:aws:s3:::bucket/key')).toMatchObject({ accountId: '', resource: 'bucket/key' })
  })

  it.each([
    '',
    'books',
    'arn:aws:iam::111122223333:',
    'arn:aws:iam::111122223333',
    'arn:aws:iam::1:role/app',
    'arn:aws:lambda:*:*:function:books',
    'arn:azure:iam::111122223333:role/app',
    'urn:aws:iam::111122223333:role/app',
    ' arn:aws:iam::111122223333:role/app',
  ])('finds no ARN in "%s"', (text) => {
    expect(parseArn(text)).toBeUndefined()
  })
})

describe('parseFunctionArn()', () => {
  it('reads a function, an alias, a version and $LATEST', () => {
    const parts = {
      region: 'us-east-1',
      accountId: '111122223333',
      name: 'books',
      unqualifiedArn: functionArn,
    }
    expect(parseFunctionArn(functionArn)).toEqual({ ...parts, arn: functionArn })
    for (const qualifier of ['live', '7', '$LATEST', '$LATEST.PUBLISHED']) {
      const arn = `${functionArn}:${qualifier}`
      expect(parseFunctionArn(arn)).toEqual({ ...parts, arn, qualifier })
    }
  })

  it.each([
    'books',
    'arn:aws:lambda:us-east-1:111122223333:layer:books',
    'arn:aws:lambda:us-east-1:111122223333:function:',
    'arn:aws:lambda:us-east-1:111122223333:function:my books',
    'arn:aws:lambda:us-east-1:aws:function:books',
    'arn:aws:lambda::111122223333:function:books',
    'arn:aws:iam::111122223333:role/function:books',
    `${functionArn}:`,
    `${functionArn}:*`,
    `${functionArn}:live:more`,
  ])('finds no function in "%s"', (text) => {
    expect(parseFunctionArn(text)).toBeUndefined()
  })
})

describe('readAccountId()', () => {
  it('knows both forms, and nothing else', () => {
    expect(readAccountId('111122223333')).toBe('111122223333')
    expect(readAccountId('arn:aws-cn:iam::111122223333:root')).toBe('111122223333')
    expect(readAccountId('arn:aws:iam::111122223333:role/root')).toBeUndefined()
    expect(readAccountId('1111222233334')).toBeUndefined()
    expect(readAccountId('*')).toBeUndefined()
    expect(readAccountId('arn:aws:iam:::root')).toBeUndefined()
  })
})
