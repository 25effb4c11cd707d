import { describe, expect, it, vi } from 'vitest'
import { sign } from './sign.ts'
import { verify, type Verification } from './verify.ts'

const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
}
const scope = { region: 'us-east-1', service: 'lambda', now: new Date('2026-11-22T12:00:00Z') }
const host = 'abcdefghijklmnopqrstuvwxyz012345.lambda-url.us-east-1.on.aws'
const signed = sign({ method: 'GET', url: `https://${host}/` }, { credentials, ...scope })
const headers = [...signed.headers.filter(([name]) => name.toLowerCase() !== 'host'), ['host', host] as const]

const verifyWith = (change: (value: string) => string): Verification => {
  const rawHeaders = headers.flatMap(([name, value]) => [
    name,
    name.toLowerCase() === 'authorization' ? change(value) : value,
  ])
  const request = { method: 'GET', target: '/', rawHeaders, body: new Uint8Array(0) }
  return verify(request, { lookup: () => credentials, ...scope })
}

/** How many characters are looked at while a signature is verified that is wrong in one place. */
function countLooks(wrongAt: number): number {
  const spoil = (value: string): string => {
    const at = value.indexOf('Signature=') + 'Signature='.length + wrongAt
    return `${value.slice(0, at)}${value[at] === '0' ? '1' : '0'}${value.slice(at + 1)}`
  }
  const looks = vi.spyOn(String.prototype, 'charCodeAt')
  const verification = verifyWith(spoil)
  const { length } = looks.mock.calls
  looks.mockRestore()
  expect(verification).toMatchObject({ ok: false, code: 'InvalidSignatureException' })
  return length
}

describe('the comparison of signatures', () => {
  it('looks at as many characters when the first is wrong as when the last is', () => {
    expect(verifyWith((value) => value)).toMatchObject({ ok: true })
    const first = countLooks(0)
    expect(first).toBeGreaterThanOrEqual(128)
    expect(countLooks(31)).toBe(first)
    expect(countLooks(63)).toBe(first)
  })
})
