import assert from 'node:assert/strict'
import { diagnose, sign, verify, type RawRequest, type VerifyOptions } from '@furlong/sigv4'

const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
}
const scope = { region: 'eu-central-1', service: 'lambda', now: new Date('2026-11-29T12:00:00Z') }
const host = 'abcdefghijklmnopqrstuvwxyz012345.lambda-url.eu-central-1.on.aws'
const options: VerifyOptions = { ...scope, lookup: () => ({ secretAccessKey: credentials.secretAccessKey }) }

/** What a server receives of a request that was signed for a region. */
function receive(region: string): RawRequest {
  const { method, headers } = sign(
    { method: 'GET', url: `https://${host}/book?page=5` },
    { ...scope, credentials, region },
  )
  return {
    method,
    target: '/book?page=5',
    rawHeaders: ['host', host, ...headers.flat()],
    body: new Uint8Array(),
  }
}

assert.equal(verify(receive('eu-central-1'), options).ok, true)
const refused = verify(receive('us-east-1'), options)
assert.ok(!refused.ok)
assert.notEqual(diagnose(receive('us-east-1'), options, refused).length, 0)

// @ts-expect-error a method is a text
export const wrong = (): unknown => sign({ method: 5, url: '' }, { ...scope, credentials })
