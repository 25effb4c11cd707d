/** Says what arrived, and fills up with blanks, in as many parts as the query asks for. */
import { setTimeout as wait } from 'node:timers/promises'

const lastFill = 10_000

export const handler = awslambda.streamifyResponse(async (event, stream) => {
  const { rawPath, rawQueryString, requestContext, body = '', isBase64Encoded } = event
  const out = awslambda.HttpResponseStream.from(stream, {
    statusCode: 200,
    headers: { 'content-type': 'application/json' },
  })
  for (let left = Number(event.queryStringParameters.n); left > 1; left -= 1) {
    out.write(' '.repeat(lastFill))
    await wait(2)
  }
  out.end(
    JSON.stringify({
      method: requestContext.http.method,
      path: rawPath,
      query: rawQueryString,
      body: isBase64Encoded ? body : Buffer.from(body).toString('base64'),
    }),
  )
})
