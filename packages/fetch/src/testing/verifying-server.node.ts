import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { type Verification, verify } from '@furlong/sigv4'

/** The keys that the server knows. */
export const credentials: Readonly<Record<'accessKeyId' | 'secretAccessKey' | 'sessionToken', string>> =
  Object.freeze({
    accessKeyId: 'ASIAEXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
    sessionToken: 'IQoJb3JpZ2luX2VjEXAMPLE//token+==',
  })

/** A request as it came over the wire. */
export interface Received {
  readonly method: string
  readonly target: string
  readonly headers: IncomingHttpHeaders
  readonly text: string
  readonly bytes: Uint8Array
  readonly verification: Verification
}

/** What to answer in place of 200 or 403. */
export type Answer = (response: ServerResponse) => void

/** A server that judges every request as AWS would. */
export interface VerifyingServer {
  readonly base: string
  readonly received: Received[]
  /** Used up from the front, one a request. */
  readonly answers: Answer[]
  last(): Received
  close(): Promise<void>
}

/**
 * Starts a server on loopback that verifies each request, and answers 200 when it is rightly signed, else 403.
 * @returns the server
 */
export async function startVerifyingServer(): Promise<VerifyingServer> {
  const received: Received[] = []
  const answers: Answer[] = []
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      const bytes = new Uint8Array(body)
      const { method = '', url: target = '', rawHeaders, headers } = request
      const verification = verify(
        { method, target, rawHeaders, body: bytes },
        {
          lookup: (accessKeyId) =>
            accessKeyId === credentials.accessKeyId
              ? { secretAccessKey: credentials.secretAccessKey }
              : { code: 'UnrecognizedClientException' },
          region: 'us-east-1',
          service: 'lambda',
          now: new Date(),
        },
      )
      received.push({ method, target, headers, text: body.toString('utf8'), bytes, verification })
      const answer = answers.shift()
      if (answer) return answer(response)
      response.writeHead(verification.ok ? 200 : 403, { 'content-type': 'application/json' })
      return response.end(JSON.stringify({ ok: verification.ok }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answers,
    last() {
      const request = received.at(-1)
      if (!request) throw new Error('Nothing was received')
      return request
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/**
 * Answers with a status and, if wanted, a redirect.
 * @param status the HTTP status
 * @param headers the headers
 * @returns the answer
 */
export function answerWith(status: number, headers: Readonly<Record<string, string>> = {}): Answer {
  return (response) => void response.writeHead(status, headers).end()
}
