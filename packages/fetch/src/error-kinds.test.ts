import { describe, expect, it } from 'vitest'
import { isAccessDenied, isSignatureError } from './error-kinds.ts'

const fail = (): never => {
  throw new Error('hostile')
}
const revoked = Proxy.revocable({}, {})
revoked.revoke()
const circular: Record<string, unknown> = {}
circular['cause'] = circular
circular['response'] = circular

describe('isSignatureError() and isAccessDenied()', () => {
  it.each([
    ['null', null],
    ['a number', 5],
    ['text', 'AccessDenied'],
    ['a getter that throws', Object.defineProperty({}, 'refusal', { get: fail })],
    ['a proxy that throws', new Proxy({}, { get: fail, has: fail })],
    ['a revoked proxy', revoked.proxy],
    ['headers that throw', { status: 403, headers: { get: fail } }],
    ['data that throws', { status: 403, headers: {}, data: { toJSON: fail } }],
    ['data that is no JSON', { status: 403, headers: {}, data: { toJSON: () => undefined } }],
    ['data with a BigInt', { status: 403, headers: {}, data: { size: 1n } }],
    ['an error whose message is a BigInt', { name: 'x', $metadata: {}, message: 1n }],
    ['an error whose message throws', Object.defineProperty({ $metadata: {} }, 'name', { get: fail })],
    ['an object that is its own cause', circular],
    ['a kind that is none', { refusal: { kind: 'mine' } }],
  ])('say no to %s and do not throw', (_, e) => {
    expect([isSignatureError(e), isAccessDenied(e)]).toEqual([false, false])
  })

  it('know what they know beside what cannot be read', () => {
    const headers = { 'x-amzn-errortype': 'AccessDeniedException' }
    expect(isAccessDenied({ status: 403, headers, data: { toJSON: fail } })).toBe(true)
    expect(isSignatureError({ name: 'ExpiredTokenException', $metadata: {}, message: 1n })).toBe(true)
  })
})
