import { createCredentialsSource } from './credentials-source.ts'
import { longestTimeoutMs, orAborted, sleep, startDeadline } from './deadline.ts'
import { exchange, type ExchangeSettings, type SignedResponse } from './exchange.ts'
import { prepareRequest } from './prepare-request.ts'
import { isRequest, type SignedRequestInit } from './request-input.ts'
import { readRetryPolicy, type RetryOptions } from './retry.ts'
import { createServerClock } from './server-clock.ts'
import { readMachineClock, readMaxBodyBytes, type SigningOptions } from './sign-request.ts'

/** How a signed fetch signs and sends. */
export interface SignedFetchOptions extends SigningOptions {
  /** Sends the signed request; the platform's fetch by default, looked up at each call. */
  readonly fetch?: typeof fetch
  /** How often and when a request is sent again; see `retryTable`. False for a single attempt. */
  readonly retry?: RetryOptions | false
  /**
   * How long a call may take in all, in milliseconds: credentials, attempts, pauses and the reading of the body.
   * No limit by default.
   */
  readonly timeoutMs?: number
  /** How long one attempt may wait for the head of its answer, in milliseconds. No limit by default. */
  readonly attemptTimeoutMs?: number
  /** Whether a refusal by AWS is read and explained as `response.refusal`; false by default. */
  readonly explain?: boolean
  /** A random number from 0 to 1, without 1, for the pauses; `Math.random` by default. */
  readonly random?: () => number
  /** Pauses for a number of milliseconds, and rejects with the signal's reason; a timer by default. */
  readonly sleep?: (ms: number, signal: AbortSignal | undefined) => Promise<void>
}

/** A fetch that signs; fits wherever `typeof fetch` is wanted. */
export type SignedFetch = (input: string | URL | Request, init?: SignedRequestInit) => Promise<SignedResponse>

/** What of a `Request` goes on to the fetch that sends it; method, URL, headers and body are signed anew. */
const keptOfRequest = [
  'cache',
  'credentials',
  'integrity',
  'keepalive',
  'referrer',
  'referrerPolicy',
] as const

/**
 * Creates a fetch that signs every request with Signature Version 4.
 *
 * Redirects are handed back, not followed (`redirect: 'manual'`): a signature holds for one host, path and query,
 * and must not travel to another host. `redirect: 'error'` is passed on; to follow, fetch the `location` yourself.
 * Bodies are read into memory before they are signed, so that they can be sent again; only a stream or Blob whose
 * `payloadHash` is given goes out as it comes. `Host`, `Content-Length` and other headers that belong to the
 * connection are left to the platform. Each attempt is signed anew, just before it is sent. A refusal is not
 * repeated, but for one about time: then the server's clock is taken, once, and kept for its origin.
 * @param options region, service, credentials, clock, limits, retries, and the fetch that sends
 * @returns a fetch; it rejects with a `TypeError` for misuse, a `FetchError` when credentials or body fail or time
 * runs out, and as the platform's fetch does when sending fails
 * @throws TypeError when an option is malformed
 * @see https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
 * @example
 * const signedFetch = createSignedFetch()
 * const response = await signedFetch('https://<id>.lambda-url.eu-central-1.on.aws/book?page=5')
 */
export function createSignedFetch(options: SignedFetchOptions = {}): SignedFetch {
  const settings = readSettings(options)
  const prepareOptions = { ...options, maxBodyBytes: readMaxBodyBytes(options), streams: true }
  const timeoutMs = readTimeout('timeoutMs', options.timeoutMs)
  return async (input, init = {}) => {
    const { signal, ...passed } = readPassed(input, init)
    signal?.throwIfAborted()
    const deadline = startDeadline(timeoutMs, signal ?? undefined)
    try {
      const preparing = prepareRequest(input, init, prepareOptions, deadline.signal)
      const prepared = await orAborted(preparing, deadline.signal)
      const response = await exchange(settings, prepared, passed, deadline)
      deadline.release(response)
      return response
    } catch (error) {
      deadline.release()
      throw error
    }
  }
}

function readSettings(options: SignedFetchOptions): ExchangeSettings {
  const now = options.now ?? readMachineClock
  return {
    getCredentials: createCredentialsSource(options.credentials, now),
    clock: createServerClock(now),
    policy: readRetryPolicy(options.retry),
    attemptTimeoutMs: readTimeout('attemptTimeoutMs', options.attemptTimeoutMs),
    explain: options.explain ?? false,
    send: (url, init) => (options.fetch ?? globalThis.fetch)(url, init),
    sleep: options.sleep ?? sleep,
    random: options.random ?? Math.random,
  }
}

function readTimeout(name: string, timeoutMs: number | undefined): number | undefined {
  if (timeoutMs === undefined || (timeoutMs > 0 && timeoutMs <= longestTimeoutMs)) return timeoutMs
  throw new TypeError(`${name} must be a number of milliseconds, above 0 and at most ${longestTimeoutMs}`)
}

// What fetch is told besides what is signed: the caller's init over the request's members.
function readPassed(input: string | URL | Request, init: SignedRequestInit): RequestInit {
  const { body: _, duplex: __, payloadHash: ___, ...rest } = init as SignedRequestInit & { duplex?: unknown }
  const kept = isRequest(input) ? keepOfRequest(input) : {}
  const redirect = init.redirect ?? 'manual'
  if (redirect === 'follow') {
    throw new TypeError(
      "A signed request cannot follow redirects, since its signature holds for one URL: use redirect 'manual' and fetch the new location",
    )
  }
  const isError = redirect === 'error' || (kept.redirect === 'error' && init.redirect === undefined)
  const signal = init.signal === undefined ? kept.signal : init.signal
  return { ...kept, ...rest, redirect: isError ? 'error' : 'manual', ...(signal ? { signal } : {}) }
}

function keepOfRequest(request: Request): RequestInit {
  const kept: Record<string, unknown> = { redirect: request.redirect, signal: request.signal }
  // Not every platform knows every member: Workers throw on some that they do not serve.
  for (const name of keptOfRequest) {
    const value: unknown = request[name]
    if (value !== undefined && value !== '' && value !== 'about:client') kept[name] = value
  }
  return kept
}
