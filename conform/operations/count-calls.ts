/** Runs inside every test file: writes down each request that a local side of its process answers. */
import { subscribe } from 'node:diagnostics_channel'
import { appendFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Call, callsVariable } from './calls.ts'

/** Enough to read the Action of a query call; packages are longer, and named by their path. */
const keptBytes = 16_384

const file = process.env[callsVariable]
if (file !== undefined) {
  subscribe('http.server.request.start', (message) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse }
    const body: Buffer[] = []
    let length = 0
    // The parser pushes the body: read here, no listener is needed that would set the stream flowing.
    const push = request.push.bind(request)
    request.push = (chunk: Buffer | null, encoding) => {
      if (chunk !== null && length < keptBytes) {
        body.push(chunk)
        length += chunk.length
      }
      return push(chunk, encoding)
    }
    response.once('finish', () => {
      const call: Call = {
        method: request.method ?? '',
        target: request.url ?? '',
        userAgent: request.headers['user-agent'] ?? '',
        body: request.headers['content-type']?.includes('urlencoded')
          ? Buffer.concat(body).toString('latin1')
          : '',
        status: response.statusCode,
      }
      appendFileSync(file, `${JSON.stringify(call)}\n`)
    })
  })
}
