import { describe, expect, it } from 'vitest'

import { createTooLargeAnswer, maxControlBodyBytes } from './index.ts'
import { checkRequestSize } from './request-limits.ts'

describe('createTooLargeAnswer()', () => {
  it.each([
    ['POST', '/2015-03-31/functions', '70167211 bytes for the CreateFunction operation'],
    ['PUT', '/2015-03-31/functions/f/code?x=1', '70167211 bytes for the UpdateFunctionCode operation'],
    [
      'PUT',
      '/2015-03-31/functions/f/configuration',
      '5120 bytes for the UpdateFunctionConfiguration operation',
    ],
    ['POST', '/2015-03-31/functions/f/invocations', '6291456 bytes for the InvokeFunction operation'],
    ['POST', '/2017-03-31/tags/f', '70167211 bytes for the TagResource operation'],
    ['POST', '/nothing', '70167211 bytes for the CreateFunction operation'],
  ])('answers %s %s in the sentence of Lambda', (method, target, end) => {
    const answer = createTooLargeAnswer('lambda', { method, target }, 'r')
    const message = `Request must be smaller than ${end}`
    expect(answer).toMatchObject({
      status: 413,
      refusal: { code: 'RequestEntityTooLargeException', message },
    })
    expect(Object.fromEntries(answer.headers)['x-amzn-ErrorType']).toBe('RequestEntityTooLargeException')
    expect(JSON.parse(Buffer.from(answer.body).toString())).toEqual({ Message: message })
  })

  it('answers IAM and STS in XML', () => {
    for (const service of ['iam', 'sts'] as const) {
      const answer = createTooLargeAnswer(service, { method: 'POST', target: '/' }, 'r')
      expect(answer.status).toBe(413)
      expect(Buffer.from(answer.body).toString()).toContain('<Code>RequestEntityTooLarge</Code>')
    }
  })
})

describe('checkRequestSize()', () => {
  it('takes what is exactly as large as allowed', () => {
    expect(() => checkRequestSize('Invoke', new Uint8Array(6_291_456))).not.toThrow()
    expect(() => checkRequestSize('Invoke', new Uint8Array(6_291_457))).toThrow('InvokeFunction')
    expect(maxControlBodyBytes).toBe(70_167_211)
  })
})
