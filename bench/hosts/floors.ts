/** What the hosts are measured against: code that somebody would write by hand. */
import { fetchApp } from './applications.ts'
import { type HostEvent, jsonType, picture, pictureType } from './events.ts'
import type { MemorySink } from './sink.ts'

interface Result {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly cookies?: readonly string[]
  readonly body: string
  readonly isBase64Encoded: boolean
}

const toCount = (event: HostEvent): number =>
  (JSON.parse(event.body ?? '') as { items: readonly unknown[] }).items.length

const answerJson = (value: unknown): Result => ({
  statusCode: 200,
  headers: { 'content-type': jsonType },
  body: JSON.stringify(value),
  isBase64Encoded: false,
})

/** Floor A: a handler that answers events, without any notion of HTTP. */
export async function handleByHand(event: HostEvent): Promise<Result> {
  if (event.rawPath === '/hello') return answerJson({ hello: 'world' })
  if (event.rawPath === '/items') return answerJson({ count: toCount(event) })
  return {
    statusCode: 200,
    headers: { 'content-type': pictureType },
    body: picture.toString('base64'),
    isBase64Encoded: true,
  }
}

/** Floor B: the smallest adapter that builds the standard objects and reads them at once. */
export async function handleEagerly(event: HostEvent): Promise<Result> {
  const { rawPath, rawQueryString, headers, requestContext, body, isBase64Encoded } = event
  const query = rawQueryString === '' ? '' : `?${rawQueryString}`
  const request = new Request(`https://${requestContext.domainName}${rawPath}${query}`, {
    method: requestContext.http.method,
    headers: { ...headers },
    ...(body !== undefined && { body: isBase64Encoded ? Buffer.from(body, 'base64') : body }),
  })
  return readEagerly(await fetchApp.fetch(request))
}

async function readEagerly(response: Response): Promise<Result> {
  const headers: Record<string, string> = {}
  response.headers.forEach((value, name) => {
    if (name !== 'set-cookie') headers[name] = value
  })
  const cookies = response.headers.getSetCookie()
  const isText = /^text\/|^application\/json/.test(headers['content-type'] ?? '')
  return {
    statusCode: response.status,
    headers,
    ...(cookies.length > 0 && { cookies }),
    body: isText ? await response.text() : Buffer.from(await response.arrayBuffer()).toString('base64'),
    isBase64Encoded: !isText,
  }
}

/** The floor of streaming: head and body, written by hand. */
export async function streamByHand(event: HostEvent, sink: MemorySink): Promise<void> {
  const contentType = event.rawPath === '/picture' ? pictureType : jsonType
  const stream = awslambda.HttpResponseStream.from(sink, {
    statusCode: 200,
    headers: { 'content-type': contentType },
  })
  if (event.rawPath === '/hello') stream.write(JSON.stringify({ hello: 'world' }))
  else if (event.rawPath === '/items') stream.write(JSON.stringify({ count: toCount(event) }))
  else stream.write(picture)
  stream.end()
}
