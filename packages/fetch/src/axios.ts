import {
  Axios,
  type AxiosAdapter,
  AxiosHeaders,
  type AxiosInstance,
  CanceledError,
  getAdapter,
  type InternalAxiosRequestConfig,
} from 'axios'
import { isReadOnce, readAxiosBody } from './axios-body.ts'
import { hideInError, hideInResponse } from './axios-hide.ts'
import { orAborted } from './deadline.ts'
import {
  createRequestSigner,
  type RequestSigner,
  type SignedFetchRequest,
  type SigningOptions,
} from './sign-request.ts'

type Config = InternalAxiosRequestConfig

/** Adapters that sign: a retry hands the same configuration in again, and must not be signed twice at once. */
const signingAdapters = new WeakSet<AxiosAdapter>()

/** Builds URLs out of a configuration that is complete already, so it has no defaults of its own. */
const urlBuilder = new Axios({})

/**
 * Makes an axios instance sign every request with Signature Version 4.
 *
 * Axios serialises `params` and `data` and chooses the content type after its request interceptors have run, so
 * signing there breaks. Here the adapter is wrapped instead: the bytes are final when they are signed, and those
 * very bytes are sent. Each attempt of a retry is signed anew.
 *
 * Redirects are handed back, not followed (`maxRedirects: 0`): a signature holds for one URL. The XMLHttpRequest
 * adapter always follows them, so it is passed over for `fetch`. Streams are read into memory, up to `maxBodyBytes`.
 *
 * Errors and responses bear neither signature nor session token: `request` in them is no more than
 * `{ method, path }`, and `config` is the one from before the signing.
 * @param instance the instance, for example of `axios.create({ baseURL })`; adapters chosen per request are wrapped too
 * @param options region, service, credentials, clock and limits
 * @returns a function that ends the signing
 * @throws TypeError when an option is malformed. Requests reject with a `TypeError` for misuse (`auth` together with a
 * signature, a body with GET), a `FetchError` when credentials or body fail, and as axios does for everything else
 * @see https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
 * @example
 * const client = axios.create({ baseURL: 'https://<id>.lambda-url.eu-central-1.on.aws' })
 * signAxios(client)
 * const { data } = await client.post('/orders', { book: 5 })
 */
export function signAxios(instance: AxiosInstance, options: SigningOptions = {}): () => void {
  const signRequest = createRequestSigner(options)
  const id = instance.interceptors.request.use((config) => {
    const chosen = config.adapter
    if (typeof chosen === 'function' && signingAdapters.has(chosen)) return config
    config.adapter = createSigningAdapter(signRequest, chosen)
    return config
  })
  return () => instance.interceptors.request.eject(id)
}

function createSigningAdapter(signRequest: RequestSigner, chosen: Config['adapter']): AxiosAdapter {
  const adapter: AxiosAdapter = async (config) => {
    const send = chooseAdapter(chosen, config)
    const signed = await orCancelled(sign(signRequest, config), config)
    // What callers see of the request, in responses and in errors that they may log, bears no signature.
    const seen = { ...config, adapter: chosen } as Config
    try {
      return hideInResponse(await send(createSignedConfig(config, signed)), signed, seen)
    } catch (error) {
      hideInError(error, signed, seen)
      throw error
    }
  }
  signingAdapters.add(adapter)
  return adapter
}

function chooseAdapter(chosen: Config['adapter'], config: Config): AxiosAdapter {
  const given = Array.isArray(chosen)
    ? chosen
    : [chosen ?? 'http', ...(chosen === undefined ? ['fetch'] : [])]
  const left = given.filter((name) => name !== 'xhr')
  if (left.length === 0) {
    throw new TypeError(
      "The adapter 'xhr' follows redirects, which a signature must not: use the adapter 'fetch'",
    )
  }
  return (getAdapter as (adapters: unknown, config: Config) => AxiosAdapter)(left, config)
}

async function sign(signRequest: RequestSigner, config: Config): Promise<SignedFetchRequest> {
  const url = urlBuilder.getUri(config)
  if (config.auth !== undefined || /^\w+:\/\/[^/?#]*@/.test(url)) {
    throw new TypeError(
      'A signature goes into the Authorization header, so there can be no user and password: leave out `auth`',
    )
  }
  const headers = AxiosHeaders.from(config.headers)
  const body = readAxiosBody(config.data, headers)
  const isOnce = isReadOnce(config.data)
  const signed = await signRequest(url, {
    method: config.method ?? 'get',
    headers: headers.toJSON(true),
    ...(body === undefined ? {} : { body }),
  })
  // A retry finds the bytes in place of the stream that is used up.
  if (isOnce) {
    config.data = toBuffer(signed.body)
    config.headers = headers
  }
  return signed
}

function createSignedConfig(config: Config, signed: SignedFetchRequest): Config {
  const { baseURL: _, params: __, paramsSerializer: ___, ...rest } = config
  return {
    ...rest,
    method: signed.method,
    url: signed.url,
    headers: new AxiosHeaders(Object.fromEntries(signed.headers)),
    data: toBuffer(signed.body),
    maxRedirects: 0,
    fetchOptions: { ...config.fetchOptions, redirect: 'manual' },
  }
}

// All adapters take an ArrayBuffer, and none a view.
function toBuffer(bytes: Uint8Array<ArrayBuffer> | undefined): ArrayBuffer | undefined {
  if (bytes === undefined || bytes.byteLength === bytes.buffer.byteLength) return bytes?.buffer
  return bytes.slice().buffer
}

// Credentials and streams may take long; a caller who gives up does not wait for them.
async function orCancelled<T>(work: Promise<T>, config: Config): Promise<T> {
  const { signal, cancelToken } = config
  const controller = new AbortController()
  const cancel = (): void => controller.abort(new CanceledError(undefined, config))
  if (signal?.aborted === true) cancel()
  signal?.addEventListener?.('abort', cancel)
  void cancelToken?.promise.then(cancel)
  try {
    return await orAborted(work, controller.signal)
  } finally {
    signal?.removeEventListener?.('abort', cancel)
  }
}
