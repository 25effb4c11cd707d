import { describe, expect, it } from 'vitest'
import { isConnectionFailure } from './connection-failure.ts'

const coded = (code: string): Error => Object.assign(new Error(code), { code })
const fetchFailed = (cause?: Error): TypeError => new TypeError('fetch failed', cause && { cause })

describe('isConnectionFailure()', () => {
  // As Node, undici, Bun, Deno and Chromium reject.
  it.each([
    fetchFailed(coded('ECONNREFUSED')),
    fetchFailed(coded('ECONNRESET')),
    fetchFailed(coded('EAI_AGAIN')),
    fetchFailed(coded('UND_ERR_SOCKET')),
    fetchFailed(coded('UND_ERR_CONNECT_TIMEOUT')),
    coded('UND_ERR_HEADERS_TIMEOUT'),
    coded('ConnectionRefused'),
    fetchFailed(new Error('error sending request for url (http://127.0.0.1/): client error (Connect)')),
    new TypeError('Failed to fetch'),
  ])('says yes to %o', (error) => {
    expect(isConnectionFailure(error, 'manual')).toBe(true)
  })

  it.each([
    fetchFailed(coded('CERT_HAS_EXPIRED')),
    fetchFailed(coded('ERR_TLS_CERT_ALTNAME_INVALID')),
    fetchFailed(coded('DEPTH_ZERO_SELF_SIGNED_CERT')),
    fetchFailed(coded('UND_ERR_INVALID_ARG')),
    fetchFailed(coded('UND_ERR_ABORTED')),
    fetchFailed(new Error('bad port')),
    fetchFailed(
      new Error('error sending request for url (https://x/): invalid peer certificate: UnknownIssuer'),
    ),
    coded('CredentialsMissing'),
    new RangeError('misuse'),
    new DOMException('aborted', 'AbortError'),
    'fetch failed',
    undefined,
  ])('says no to %o', (error) => {
    expect(isConnectionFailure(error, 'manual')).toBe(false)
  })

  it('takes no refused redirect of a browser for a failed connection', () => {
    expect(isConnectionFailure(new TypeError('Failed to fetch'), 'error')).toBe(false)
  })
})
