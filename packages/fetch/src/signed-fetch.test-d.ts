import { hc } from 'hono/client'
import type { Hono } from 'hono'
import ky, { type KyInstance } from 'ky'
import {
  createRequestSigner,
  createSignedFetch,
  type CredentialsProvider,
  FetchError,
  type FetchErrorCode,
  type Refusal,
  type RetryRow,
  retryTable,
  type SignedFetchRequest,
} from './index.ts'

const signedFetch = createSignedFetch({ region: 'us-east-1', service: 'lambda' })

export const asFetch: typeof fetch = signedFetch
export const client: unknown = hc<Hono>('http://127.0.0.1:9400', { fetch: signedFetch })
export const forKy: KyInstance = ky.create({ fetch: signedFetch })

export const json: Promise<Response> = signedFetch('http://127.0.0.1:9400', {
  method: 'POST',
  body: { a: [1] },
})

interface Order {
  readonly book: number
}
const order: Order = { book: 5 }

/** An object that is described by an interface has no index signature, and is a body all the same. */
export const ordered: Promise<Response> = signedFetch('http://127.0.0.1:9400', {
  method: 'POST',
  body: order,
})

// @ts-expect-error a number is no body
export const wrong: Promise<Response> = signedFetch('http://127.0.0.1:9400', { method: 'POST', body: 1 })

export const signed: Promise<SignedFetchRequest> = createRequestSigner()(new URL('http://127.0.0.1:9400'))

export const nested: typeof signedFetch = createSignedFetch({ fetch: signedFetch, retry: { attempts: 1 } })

// @ts-expect-error `true` says nothing about retries
createSignedFetch({ retry: true })

export const provider: CredentialsProvider = async () => ({
  accessKeyId: 'a',
  secretAccessKey: 'b',
  expiration: new Date(),
})

/** The reason is known once the kind is. */
export function describe(refusal: Refusal): string {
  if (refusal.kind === 'throttled') {
    const reason: 'concurrency' | 'reserved-concurrency' | 'rate' = refusal.reason
    return reason
  }
  // @ts-expect-error other kinds have other reasons, or none
  return refusal.reason
}

export const code: FetchErrorCode = new FetchError('TimedOut', 'late').code

/** A row that is there is there for the compiler, too. */
export const row: RetryRow = retryTable.GET
