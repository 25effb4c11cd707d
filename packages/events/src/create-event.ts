import { encodeBase64 } from '#base64'
import { decodeUtf8 } from '#utf8'
import { eventKinds } from './kinds.ts'
import { isTextRequest } from './media.ts'
import { createQueryParameters, splitTarget } from './query.ts'
import { createEventHeaders, splitCookies } from './request-headers.ts'
import { decodePercent } from './text.ts'
import type { FunctionUrlEvent, HttpApiEvent, HttpEvent, IamAuthorizer } from './types.ts'

/** A request as a front door received it. */
export interface EventInput {
  readonly method: string
  /** As on the request line: `/path?query`. */
  readonly target: string
  /** Name, value, name, value, … as received, values in Latin-1. */
  readonly rawHeaders: readonly string[]
  readonly body: Uint8Array
  /** Address of the TCP peer. */
  readonly sourceIp: string
  /** `1.1` */
  readonly httpVersion: string
  /** First label of the URL's host name. */
  readonly urlId: string
  /** `<url-id>.lambda-url.<region>.on.aws` */
  readonly domainName: string
  /** UUID. */
  readonly requestId: string
  /** Value of `x-amzn-trace-id`: `Root=1-…`. */
  readonly traceId: string
  readonly now: Date
  /** The verified caller; absent on a URL with auth type NONE. */
  readonly iam?: IamAuthorizer
  /** What the request came through. */
  readonly kind?: 'function-url'
}

/** A request as an HTTP API received it. */
export interface HttpApiInput extends Omit<EventInput, 'kind'> {
  readonly kind: 'http-api'
  /** Default `$default`. */
  readonly stage?: string
  /** Such as `GET /items/{id}`; default `$default`. */
  readonly routeKey?: string
}

/**
 * Turns a request into the event Lambda hands to a function.
 *
 * @param input The request as received and what the front door knows about it.
 * @returns The event of the kind asked for, a function URL's by default; maps inside it have no prototype.
 * @throws TypeError when rawHeaders has an odd length.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
 */
export function createEvent(input: EventInput): FunctionUrlEvent
export function createEvent(input: HttpApiInput): HttpApiEvent
export function createEvent(input: EventInput | HttpApiInput): HttpEvent
export function createEvent(input: EventInput | HttpApiInput): HttpEvent {
  const kind = eventKinds[input.kind ?? 'function-url']
  const { stage = '$default', routeKey = '$default' } = input.kind === 'http-api' ? input : {}
  const target = splitTarget(input.target)
  const headers = createEventHeaders(input.rawHeaders, {
    sourceIp: input.sourceIp,
    traceId: input.traceId,
    signed: input.iam !== undefined,
  })
  const cookies = splitCookies(headers['cookie'])
  if (!kind.keepsCookieHeader) delete headers['cookie']
  const queryStringParameters = createQueryParameters(target.rawQueryString)
  const userAgent = headers['user-agent']
  return {
    version: '2.0',
    routeKey,
    rawPath: kind.createPath(target.rawPath, stage),
    rawQueryString: target.rawQueryString,
    ...(cookies !== undefined && { cookies }),
    headers,
    ...(queryStringParameters !== undefined && { queryStringParameters }),
    requestContext: {
      accountId: input.iam?.accountId ?? 'anonymous',
      apiId: input.urlId,
      ...(input.iam !== undefined && { authorizer: { iam: input.iam } }),
      domainName: input.domainName,
      domainPrefix: input.urlId,
      http: {
        method: input.method,
        path: decodePercent(target.rawPath),
        protocol: `HTTP/${input.httpVersion}`,
        sourceIp: input.sourceIp,
        ...(userAgent !== undefined && { userAgent }),
      },
      requestId: input.requestId,
      routeKey,
      stage,
      time: formatLogTime(input.now),
      timeEpoch: input.now.getTime(),
    },
    ...createEventBody(input.body, headers['content-type']),
  } satisfies HttpEvent
}

function createEventBody(
  body: Uint8Array,
  contentType: string | undefined,
): Pick<FunctionUrlEvent, 'body' | 'isBase64Encoded'> {
  if (body.length === 0) return { isBase64Encoded: false }
  // guess: bytes that are not UTF-8 travel as base64 even under a text type (compressed JSON): the alternative is to ruin them.
  const text = isTextRequest(contentType) ? decodeUtf8(body) : undefined
  return text === undefined
    ? { body: encodeBase64(body), isBase64Encoded: true }
    : { body: text, isBase64Encoded: false }
}

const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

let logSecond = Number.NaN
let logTime = ''

/** `10/Jul/2026:19:19:06 +0000`: the time format of access logs, always UTC; one text a second. */
function formatLogTime(date: Date): string {
  const second = Math.floor(date.getTime() / 1000)
  if (second !== logSecond) {
    const iso = date.toISOString()
    logTime = `${iso.slice(8, 10)}/${monthNames[date.getUTCMonth()]}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`
    logSecond = second
  }
  return logTime
}
