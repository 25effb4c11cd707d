import { type HeaderPair, sign, type SignedRequest } from '@furlong/sigv4'
import type { CredentialsProvider, ExpiringCredentials, HeldCredentials } from './credentials.ts'
import { createCredentialsSource } from './credentials-source.ts'
import { orAborted } from './deadline.ts'
import { type PreparedRequest, prepareRequest } from './prepare-request.ts'
import type { SignedRequestInit } from './request-input.ts'
import type { ScopeOptions } from './scope.ts'

/** How requests are signed. */
export interface SigningOptions extends ScopeOptions {
  /** The region, for hosts that do not say it; a host that does prevails. */
  readonly region?: string
  /**
   * The signing name of the service, for hosts that do not say it: `lambda` for function URLs. The hosts of
   * function URLs, API Gateway and S3 prevail; for other hosts of AWS the option does.
   */
  readonly service?: string
  /**
   * Credentials, or a function that fetches them. By default the environment (AWS_ACCESS_KEY_ID, …), and then, in
   * Node, the chain of `@aws-sdk/credential-providers` where that is installed.
   */
  readonly credentials?: ExpiringCredentials | CredentialsProvider
  /** The clock; the machine's by default. */
  readonly now?: () => Date
  /** The largest body held in memory, in bytes; 6 MiB by default, which is what a function URL takes. */
  readonly maxBodyBytes?: number
}

/** A signed request, ready for any HTTP client that sends it as it is. */
export interface SignedFetchRequest {
  readonly method: string
  /** The URL to send; it need not be spelled like the one given. */
  readonly url: string
  /** All headers to send but `host` and `content-length`. */
  readonly headers: HeaderPair[]
  /** The bytes to send; undefined when there is no body. */
  readonly body: Uint8Array<ArrayBuffer> | undefined
}

/** Signs what fetch would send. */
export type RequestSigner = (
  input: string | URL | Request,
  init?: SignedRequestInit,
) => Promise<SignedFetchRequest>

const defaultMaxBodyBytes = 6_291_456

/**
 * Creates a signer for requests as fetch takes them, for use with other HTTP clients.
 * Bodies, streams too, are read into memory; there are no retries, and the clock is taken as it is. The `signal` of
 * the request ends the wait for body and credentials.
 * @param options region, service, credentials, clock and limits
 * @returns a function that signs; it rejects with a `TypeError` for misuse and a `FetchError` for the world
 * @throws TypeError when an option is malformed
 * @example
 * const sign = createRequestSigner()
 * const { method, url, headers, body } = await sign('https://<id>.lambda-url.eu-west-1.on.aws/')
 */
export function createRequestSigner(options: SigningOptions = {}): RequestSigner {
  const now = options.now ?? readMachineClock
  const prepareOptions = { ...options, maxBodyBytes: readMaxBodyBytes(options), streams: false }
  const getCredentials = createCredentialsSource(options.credentials, now)
  return async (input, init = {}) => {
    const signal = init.signal ?? undefined
    const prepared = await orAborted(prepareRequest(input, init, prepareOptions, signal), signal)
    const credentials = await orAborted(getCredentials(), signal)
    const { method, url, headers } = signPrepared(prepared, credentials, now())
    return { method, url, headers, body: prepared.body }
  }
}

/**
 * Signs a prepared request.
 * @param prepared the request
 * @param credentials what to sign with
 * @param now the time of signing
 * @returns method, URL and all headers to send, and what was signed
 * @throws TypeError when a header, the credentials or the scope is malformed
 */
export function signPrepared(
  prepared: PreparedRequest,
  credentials: HeldCredentials,
  now: Date,
): SignedRequest {
  const { body, payloadHash } = prepared
  // Where the hash is our own there is nothing to hold it against, so the signer need not see the body.
  const result = sign(
    {
      method: prepared.method,
      url: prepared.url.href,
      headers: prepared.signed,
      ...(body && !prepared.isHashOwn ? { body } : {}),
      ...(payloadHash === undefined ? {} : { payloadHash }),
    },
    { ...prepared.scope, credentials, now },
  )
  result.headers.push(...prepared.unsigned)
  return result
}

/**
 * Reads the limit for bodies.
 * @param options the caller's options
 * @returns the limit in bytes
 * @throws TypeError when it is no number
 */
export function readMaxBodyBytes({ maxBodyBytes = defaultMaxBodyBytes }: SigningOptions): number {
  if (!(maxBodyBytes >= 0)) throw new TypeError('maxBodyBytes must be a number of bytes, 0 or more')
  return maxBodyBytes
}

/**
 * The default clock.
 * @returns the machine's time
 */
export function readMachineClock(): Date {
  return new Date()
}
