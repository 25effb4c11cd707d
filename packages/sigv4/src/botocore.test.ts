import { afterAll, describe, expect, it } from 'vitest'
import type { OracleRequest } from '../../../conform/fuzz/oracles/oracle.ts'
import { botocoreIsAbsent, startBotocore } from '../../../conform/fuzz/oracles/botocore.ts'
import { parseAmzDate } from './amz-date.ts'
import { presign, sign, type SignOptions, verify, type VerifyOptions } from './index.ts'

const credentials = {
  accessKeyId: 'ASIAEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: 'IQoJb3JpZ2luX2VjEXAMPLE//token+==',
}
const host = 'https://abcdefghijklmnopqrstuvwxyz012345.lambda-url.us-east-1.on.aws'
const amzDate = '20261122T094500Z'
const now = parseAmzDate(amzDate)!
const signing: SignOptions = { credentials, region: 'us-east-1', service: 'lambda', now }
const verifying: VerifyOptions = { lookup: () => credentials, region: 'us-east-1', service: 'lambda', now }
const botocore = await startBotocore(1)

const paths = [
  '/',
  '/a b/ü',
  '//a//../b/.',
  '/%2F%25/(x)!',
  '/?q=a+b&flag&=x&b=2&a=1&A=3',
  '/?t=10:30/*',
  '/{id}?é=ß',
]

function ask(given: Partial<OracleRequest>): OracleRequest {
  const request = { method: 'GET', url: host, headers: [], body: undefined, expiresInSeconds: undefined }
  return {
    ...request,
    ...credentials,
    region: 'us-east-1',
    service: 'lambda',
    amzDate,
    signsAll: true,
    ...given,
  }
}

// The paths that people get wrong, by name; `npm run conform -- fuzz` tries all the others.
describe('botocore', () => {
  afterAll(() => botocore?.close?.())

  if (!botocore) {
    it.skip(botocoreIsAbsent, () => {})
    return
  }

  it.each(paths)('signs GET %s alike', async (path) => {
    const signed = sign({ method: 'GET', url: host + path }, signing)
    const answer = await botocore.sign(ask({ url: signed.url }))
    expect(answer.canonicalRequest).toBe(signed.canonicalRequest)
    const authorization = answer.headers.find(([name]) => name === 'Authorization')
    expect(signed.headers.at(-1)?.[1]).toBe(authorization?.[1])
  })

  it.each(paths)('signs a POST to %s that verify() accepts', async (path) => {
    const { url } = sign({ method: 'POST', url: host + path }, signing)
    const body = new TextEncoder().encode('{"ü": 1}')
    const headers = [['X-Spaced', '  a   b ']] as const
    const answer = await botocore.sign(ask({ method: 'POST', url, body, headers }))
    const rawHeaders = ['Host', new URL(url).host, ...answer.headers.flat()]
    const result = verify({ method: 'POST', target: answer.target, rawHeaders, body }, verifying)
    expect(result).toMatchObject({ ok: true, form: 'header', accessKeyId: 'ASIAEXAMPLE' })
  })

  it.each(paths)('presigns %s alike, and verify() accepts it', async (path) => {
    const { url } = sign({ method: 'GET', url: host + path }, signing)
    const presigned = presign({ method: 'GET', url }, { ...signing, expiresInSeconds: 300 })
    const answer = await botocore.sign(ask({ url, expiresInSeconds: 300 }))
    expect(answer.canonicalRequest).toBe(presigned.canonicalRequest)
    expect(presigned.url).toContain(`X-Amz-Signature=${answer.signature}`)
    const rawHeaders = ['Host', new URL(url).host]
    const request = { method: 'GET', target: answer.target, rawHeaders, body: new Uint8Array() }
    expect(verify(request, verifying)).toMatchObject({ ok: true, form: 'presigned' })
  })
})
