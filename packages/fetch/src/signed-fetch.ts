import { createRequestSigner, type SignedRequestInit, type SigningOptions } from './sign-request.ts'

/** How a signed fetch signs and sends. */
export interface SignedFetchOptions extends SigningOptions {
  /** Sends the signed request; the platform's fetch by default, looked up at each call. */
  readonly fetch?: typeof fetch
}

/** A fetch that signs; fits wherever `typeof fetch` is wanted. */
export type SignedFetch = (input: string | URL | Request, init?: SignedRequestInit) => Promise<Response>

/** What of a `Request` goes on to the fetch that sends it; method, URL, headers and body are signed anew. */
const keptOfRequest = [
  'cache',
  'credentials',
  'integrity',
  'keepalive',
  'referrer',
  'referrerPolicy',
  'signal',
] as const

/**
 * Creates a fetch that signs every request with Signature Version 4.
 *
 * Redirects are handed back, not followed (`redirect: 'manual'`): a signature holds for one host, path and query,
 * and must not travel to another host. `redirect: 'error'` is passed on; to follow, fetch the `location` yourself.
 * Bodies are read into memory before they are signed. `Host`, `Content-Length` and other headers that belong to
 * the connection are left to the platform.
 * @param options region, service, credentials, clock, limits, and the fetch that sends
 * @returns a fetch; it rejects with a `TypeError` for misuse, a `FetchError` when credentials or body fail, and as
 * the platform's fetch does when sending fails
 * @throws TypeError when an option is malformed
 * @see https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
 * @example
 * const signedFetch = createSignedFetch()
 * const response = await signedFetch('https://<id>.lambda-url.eu-central-1.on.aws/book?page=5')
 */
export function createSignedFetch(options: SignedFetchOptions = {}): SignedFetch {
  const signRequest = createRequestSigner(options)
  return async (input, init = {}) => {
    const redirect = init.redirect ?? 'manual'
    if (redirect === 'follow') {
      throw new TypeError(
        "A signed request cannot follow redirects, since its signature holds for one URL: use redirect 'manual' and fetch the new location",
      )
    }
    const { body: _, duplex: __, ...rest } = init as SignedRequestInit & { duplex?: unknown }
    const kept = typeof input === 'object' && 'headers' in input ? keepOfRequest(input) : {}
    const signal = init.signal ?? kept.signal
    signal?.throwIfAborted()
    const { method, url, headers, body } = await orAborted(signRequest(input, init), signal)
    const send = options.fetch ?? globalThis.fetch
    const isError = redirect === 'error' || kept.redirect === 'error'
    return send(url, {
      ...kept,
      ...rest,
      method,
      headers: headers.map(([name, value]) => [name, value] as [string, string]),
      redirect: isError && init.redirect !== 'manual' ? 'error' : 'manual',
      ...(body ? { body } : {}),
    })
  }
}

function keepOfRequest(request: Request): RequestInit {
  const kept: Record<string, unknown> = { redirect: request.redirect }
  // Not every platform knows every member: Workers throw on some that they do not serve.
  for (const name of keptOfRequest) {
    const value: unknown = request[name]
    if (value !== undefined && value !== '' && value !== 'about:client') kept[name] = value
  }
  return kept
}

// A provider or a stream may take long; the caller's signal ends the wait at once.
async function orAborted<T>(work: Promise<T>, signal: AbortSignal | null | undefined): Promise<T> {
  if (!signal) return work
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = (): void => reject(signal.reason)
  signal.addEventListener('abort', abort)
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
