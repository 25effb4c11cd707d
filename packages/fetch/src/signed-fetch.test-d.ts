import { hc } from 'hono/client'
import type { Hono } from 'hono'
import { createSignedFetch } from './index.ts'

const signedFetch = createSignedFetch({ region: 'us-east-1', service: 'lambda' })

export const asFetch: typeof fetch = signedFetch
export const client: unknown = hc<Hono>('http://127.0.0.1:9400', { fetch: signedFetch })

// ky's own option: `fetch?: (input: Input, init?: RequestInit) => Promise<Response>`.
export const forKy: { fetch?: (input: string | URL | Request, init?: RequestInit) => Promise<Response> } = {
  fetch: signedFetch,
}

export const json: Promise<Response> = signedFetch('http://127.0.0.1:9400', {
  method: 'POST',
  body: { a: [1] },
})

// @ts-expect-error a number is no body
export const wrong: Promise<Response> = signedFetch('http://127.0.0.1:9400', { method: 'POST', body: 1 })
