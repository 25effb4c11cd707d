/** Calls a URL over a plain socket's worth of HTTP: raw header order, repeats and any target, nothing normalised. */
import { request } from 'node:http'
import { type Credentials, sign } from '@furlong/sigv4'

/** An answer, read whole. */
export interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** As UTF-8 text. */
  readonly body: string
  readonly bytes: Buffer
}

/** What to send; signed when there are credentials. */
export interface Calling {
  readonly url: string
  readonly method?: string
  readonly headers?: readonly (readonly [string, string])[]
  readonly body?: string | Uint8Array
  readonly credentials?: Credentials
  readonly service?: string
  readonly region?: string
  /** Signed instead of the host that is sent. */
  readonly signedHost?: string
}

/** Sends one request. */
export async function call(calling: Calling): Promise<Answered> {
  const { url, method = 'GET', headers = [], body, credentials } = calling
  const isHost = ([name]: readonly [string, string]): boolean => name.toLowerCase() === 'host'
  // Node adds no Host to headers given as a list.
  const sent = headers.some(isHost) ? headers : [['host', new URL(url).host] as const, ...headers]
  const all =
    credentials === undefined ? sent : [...sent.filter(isHost), ...signed(calling, credentials, sent)]
  return new Promise((done, fail) => {
    const outgoing = request(url, { method, headers: all.flat(), agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', fail)
      response.on('end', () => {
        const bytes = Buffer.concat(chunks)
        const { statusCode: status = 0, headers } = response
        done({ status, headers, body: bytes.toString('utf8'), bytes })
      })
    })
    outgoing.on('error', fail)
    outgoing.end(body)
  })
}

function signed(
  { url, method = 'GET', body, service = 'lambda', region = 'us-east-1', signedHost }: Calling,
  credentials: Credentials,
  sent: readonly (readonly [string, string])[],
): readonly (readonly [string, string])[] {
  const headers = sent.map(([name, value]) =>
    name.toLowerCase() === 'host' ? ([name, signedHost ?? value] as const) : ([name, value] as const),
  )
  const request = { method, url, headers, ...(body === undefined ? {} : { body }) }
  return sign(request, { credentials, service, region, now: new Date() }).headers
}
