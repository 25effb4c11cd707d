import type { Dispatcher } from 'undici'
import { orAborted } from './deadline.ts'
import { createRequestSigner, type RequestSigner, type SigningOptions } from './sign-request.ts'
import { createPath, isReadOnce, readDispatchBody, readHeaders } from './undici-parts.ts'

type DispatchOptions = Dispatcher.DispatchOptions

/** How an interceptor signs, and what. */
export interface SigningInterceptorOptions extends SigningOptions {
  /**
   * The origins whose requests are signed, such as `https://<id>.lambda-url.<region>.on.aws`; requests to others pass
   * unsigned. By default every request is signed, or rejected when its host does not say for what: set this for a
   * dispatcher that also serves other hosts, as the global one does, or that follows redirects to them.
   */
  readonly origins?: readonly string[]
}

/**
 * Creates an undici interceptor that signs every request with Signature Version 4.
 *
 * It signs what is about to go on the wire, so compose it first: the interceptors after it (retries, redirects) then
 * call it for each attempt and each hop, and every one is signed anew. Composed last, their repetitions would carry
 * the first signature. Streams and iterables are read into memory, up to `maxBodyBytes`, and a repetition sends the
 * bytes of the first attempt.
 * @param options region, service, credentials, clock and limits; the origins to sign for
 * @returns an interceptor for `compose`; it serves undici's own `request` and `fetch`, and through
 * `setGlobalDispatcher` the platform's `fetch`
 * @throws TypeError when an option is malformed. Requests reject with a `TypeError` for misuse and a `FetchError`
 * when credentials or body fail
 * @see https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
 * @example
 * const dispatcher = new Agent().compose(createSigningInterceptor(), interceptors.retry())
 * const { statusCode } = await request('https://<id>.lambda-url.eu-central-1.on.aws/book', { dispatcher })
 */
export function createSigningInterceptor(
  options: SigningInterceptorOptions = {},
): Dispatcher.DispatcherComposeInterceptor {
  const sign = createDispatchSigner(createRequestSigner(options))
  const origins = options.origins && new Set(options.origins.map((origin) => new URL(origin).origin))
  return (dispatch) => (request, handler) => {
    const { origin } = request
    if (origins && origin !== undefined && !origins.has(new URL(origin).origin)) {
      return dispatch(request, handler)
    }
    orAborted(sign(request), readSignal(request))
      .then((signed) => dispatch(signed, handler))
      .catch((error: Error) => end(handler, error))
    return true
  }
}

// The platform's fetch hands a handler of its own, older undici to this one, which refuses it: nobody else would tell.
function end(handler: Dispatcher.DispatchHandler, error: Error): void {
  if (handler.onResponseError) return handler.onResponseError(createEndedController(error), error)
  return (handler as { onError?: (error: Error) => void }).onError?.(error)
}

type DispatchSigner = (request: DispatchOptions) => Promise<DispatchOptions>

function createDispatchSigner(signRequest: RequestSigner): DispatchSigner {
  const bytesOfBody = new WeakMap<object, Uint8Array>()
  return async (request) => {
    const body: unknown = request.body
    if (!isReadOnce(body)) return signDispatch(signRequest, request)
    // Read again, it would be empty, and the empty body be sent with a good signature.
    const bytes = findBytes(bytesOfBody, body)
    const signed = await signDispatch(
      signRequest,
      bytes === undefined ? request : { ...request, body: bytes },
    )
    if (signed.body instanceof Uint8Array) bytesOfBody.set(body, signed.body)
    return signed
  }
}

// undici's retry repeats a request with a wrapper around the iterable that the first attempt has read.
function findBytes(bytesOfBody: WeakMap<object, Uint8Array>, body: object): Uint8Array | undefined {
  const wrapped = Object.getOwnPropertySymbols(body).map((symbol) => Reflect.get(body, symbol) as unknown)
  const known = [body, ...wrapped].find(
    (one) => typeof one === 'object' && one !== null && bytesOfBody.has(one),
  )
  return bytesOfBody.get(known as object)
}

async function signDispatch(signRequest: RequestSigner, request: DispatchOptions): Promise<DispatchOptions> {
  const { query, ...rest } = request
  const origin = readOrigin(request)
  const body = readDispatchBody(request.body)
  const signed = await signRequest(origin + createPath(request.path, query), {
    method: request.method,
    headers: readHeaders(request.headers),
    ...(body === undefined ? {} : { body }),
  })
  const { pathname, search } = new URL(signed.url)
  return {
    ...rest,
    path: pathname + search,
    method: signed.method,
    headers: signed.headers.flat(),
    body: signed.body ?? null,
  }
}

function readOrigin({ origin, path, method, upgrade }: DispatchOptions): string {
  if (method === 'CONNECT' || (upgrade !== undefined && upgrade !== null && upgrade !== false)) {
    throw new TypeError('A signature covers a request, so neither CONNECT nor an upgrade can be signed')
  }
  if (origin === undefined) {
    throw new TypeError(
      'The origin of the request is not known: compose the interceptor with an Agent, or give the option `origin` to the request',
    )
  }
  if (!path.startsWith('/')) throw new TypeError('The path of the request must start with a slash')
  return String(origin).replace(/\/$/, '')
}

// For a request that ended before it had a connection; `aborted` keeps retries from repeating it.
function createEndedController(reason: Error): Dispatcher.DispatchController {
  return { aborted: true, paused: false, reason, abort() {}, pause() {}, resume() {} }
}

// Only undici's own `request` hands its signal on; fetch ends the request by itself as soon as it is dispatched.
function readSignal(request: DispatchOptions): AbortSignal | undefined {
  const { signal } = request as { signal?: unknown }
  return signal instanceof AbortSignal ? signal : undefined
}
