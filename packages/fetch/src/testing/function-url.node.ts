import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { type Verification, verify } from '@furlong/sigv4'

/** The keys that the URL knows. */
export const keys: Readonly<Record<'accessKeyId' | 'secretAccessKey', string>> = Object.freeze({
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
})

/** One request as it came. */
export interface Arrival {
  readonly method: string
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly verification: Verification
}

/** An IAM-protected function URL on loopback, which refuses with AWS's answers. */
export interface FunctionUrl {
  readonly base: string
  readonly arrivals: Arrival[]
  /** Answers in place of the function, used up from the front by rightly signed requests. */
  readonly answers: ((response: ServerResponse) => void)[]
  /** How far its clock is ahead, in milliseconds. */
  skewMs: number
  /** Headers on every answer. */
  headers: Record<string, string>
  close(): Promise<void>
}

/**
 * Starts the URL.
 * @param region the region it lies in
 * @returns the URL
 */
export async function startFunctionUrl(region = 'us-east-1'): Promise<FunctionUrl> {
  const server = createServer((request, response) => {
    response.on('error', () => {})
    buffer(request).then(
      (body) => {
        const now = new Date(Date.now() + url.skewMs)
        const { method = '', url: target = '', rawHeaders, headers } = request
        const verification = verify(
          { method, target, rawHeaders, body },
          {
            lookup: (accessKeyId, token) =>
              accessKeyId === keys.accessKeyId
                ? { secretAccessKey: keys.secretAccessKey }
                : { code: token === 'old' ? 'ExpiredTokenException' : 'UnrecognizedClientException' },
            region,
            service: 'lambda',
            now,
          },
        )
        url.arrivals.push({ method, body, headers, verification })
        response.setHeader('date', now.toUTCString())
        if (headers['access-control-request-method'] !== undefined) {
          url.arrivals.pop()
          return void response
            .writeHead(200, { ...url.headers, 'access-control-allow-headers': '*, authorization' })
            .end()
        }
        for (const [name, value] of Object.entries(url.headers)) response.setHeader(name, value)
        if (verification.ok) return (url.answers.shift() ?? answer(200, '{"ok":true}'))(response)
        return answer(403, JSON.stringify({ message: verification.message }), {
          'x-amzn-errortype': verification.code,
        })(response)
      },
      () => {},
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url: FunctionUrl = {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    arrivals: [],
    answers: [],
    skewMs: 0,
    headers: {},
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return url
}

/**
 * Makes an answer.
 * @param status the status
 * @param body the body
 * @param headers further headers
 * @returns what writes it
 */
export function answer(
  status: number,
  body = '',
  headers: Readonly<Record<string, string>> = {},
): (response: ServerResponse) => void {
  return (response) =>
    response
      .writeHead(status, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        ...headers,
      })
      .end(body)
}
