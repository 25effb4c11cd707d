import { describe, expect, it } from 'vitest'

import { createAuthenticationAnswer } from './authentication-answer.ts'

const message = 'why'

describe('createAuthenticationAnswer()', () => {
  it('names the failure in a header for Lambda, with a lower-case message', () => {
    const failure = { code: 'InvalidSignatureException', message }
    const answer = createAuthenticationAnswer('lambda', failure, 'id')
    expect(answer.status).toBe(403)
    expect(answer.headers).toContainEqual(['x-amzn-ErrorType', 'InvalidSignatureException'])
    expect(Buffer.from(answer.body).toString()).toBe('{"message":"why"}')
    expect(answer.refusal).toEqual({ code: 'InvalidSignatureException', message })
  })

  it.each([
    ['MissingAuthenticationTokenException', 'MissingAuthenticationToken', 403],
    ['IncompleteSignatureException', 'IncompleteSignature', 400],
    ['UnrecognizedClientException', 'InvalidClientTokenId', 403],
    ['ExpiredTokenException', 'ExpiredToken', 403],
    ['InvalidSignatureException', 'SignatureDoesNotMatch', 403],
  ])('calls %s %s in the query protocol', (code, shown, status) => {
    const answer = createAuthenticationAnswer('sts', { code, message }, 'id')
    expect(answer.status).toBe(status)
    expect(Buffer.from(answer.body).toString()).toBe(
      `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${shown}</Code><Message>why</Message></Error><RequestId>id</RequestId></ErrorResponse>`,
    )
  })
})
