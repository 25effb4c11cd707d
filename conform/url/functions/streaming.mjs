/** Streams what the path says. */
import { existsSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'

const commands = {
  // The body says the prelude and the parts: {"prelude": {…}, "parts": ["…"]}.
  '/parts': async (stream, { body }) => {
    const { prelude, parts } = JSON.parse(body)
    const out = awslambda.HttpResponseStream.from(stream, prelude)
    for (const part of parts) out.write(part)
    out.end()
  },
  '/bare': async (stream) => {
    stream.setContentType('text/x-bare')
    stream.end('no prelude')
  },
  '/default-type': async (stream) => stream.end('bytes'),
  // The second event waits for the file that the query names; where no file can be shared, for a while.
  '/events': async (stream, { queryStringParameters: { after } = {} }) => {
    const out = awslambda.HttpResponseStream.from(stream, {
      statusCode: 200,
      headers: { 'content-type': 'text/event-stream' },
    })
    out.write('data: 1\n\n')
    if (after === undefined) await wait(1500)
    else while (!existsSync(after)) await wait(5)
    out.end('data: 2\n\n')
  },
  '/early-error': async () => {
    throw new TypeError('before the first byte')
  },
  '/late-error': async (stream) => {
    const out = awslambda.HttpResponseStream.from(stream, { statusCode: 200 })
    out.write('first part')
    await wait(100)
    throw new TypeError('after the first byte')
  },
  '/bytes': async (stream, { rawQueryString }) => {
    const out = awslambda.HttpResponseStream.from(stream, { statusCode: 200 })
    for (let left = Number(rawQueryString); left > 0; left -= 65_536) {
      if (!out.write(Buffer.alloc(Math.min(left, 65_536), 120))) {
        await new Promise((done) => out.once('drain', done))
      }
    }
    out.end()
  },
}

export const handler = awslambda.streamifyResponse(async (event, stream) => {
  await commands[event.rawPath](stream, event)
})
