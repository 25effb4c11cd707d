/** The caller: another function, which signs with its own role's credentials and nothing else. */
import { createSignedFetch } from '@furlong/fetch'

/** One call to make. */
interface Call {
  readonly url: string
  readonly method?: string
  readonly json?: unknown
}

const signedFetch = createSignedFetch({ service: 'lambda' })

export async function handler(call: Call): Promise<{ status: number; body: string; why?: string }> {
  const response = await signedFetch(call.url, {
    method: call.method ?? 'GET',
    ...(call.json === undefined
      ? {}
      : { body: JSON.stringify(call.json), headers: { 'content-type': 'application/json' } }),
  })
  const why = response.headers.get('x-furlong-why')
  return { status: response.status, body: await response.text(), ...(why === null ? {} : { why }) }
}
