/** The error answers of function URLs, byte for byte. @see facts on function URLs, section 3.1, and ARCHITECTURE.md */
import { maxEventBytes } from '@furlong/events'
import type { SigV4Failure } from '@furlong/sigv4'
import type { Answer } from '../front/send.ts'
import type { ThrottleReason } from '../record/record.ts'

/** One error answer: status, `x-amzn-ErrorType` and body. */
export interface ErrorAnswer {
  readonly status: number
  readonly errorType?: string
  readonly contentType: string
  readonly body: string
}

const json = (status: number, errorType: string, body: string): ErrorAnswer => ({
  status,
  errorType,
  contentType: 'application/json',
  body,
})

/** Every refusal by policy, whatever the reason: AWS never says which. */
export const forbidden: ErrorAnswer = json(
  403,
  'AccessDeniedException',
  '{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}',
)

/** No such URL: 403, not 404. */
export const noSuchUrl: ErrorAnswer = json(403, 'AccessDeniedException', '{"Message":null}')

/** The function failed, in whatever way. */
export const functionFailed: ErrorAnswer = {
  status: 502,
  contentType: 'application/json',
  body: 'Internal Server Error',
}

/**
 * No concurrency is left, or too many requests came in a second.
 *
 * @param reason which limit was met
 * @returns 429 with its members in AWS's order
 */
export function throttled(reason: ThrottleReason): ErrorAnswer {
  const body = { Reason: reason, Type: 'User', message: 'Rate Exceeded.' }
  return json(429, 'TooManyRequestsException', JSON.stringify(body))
}

/**
 * Lambda itself failed.
 *
 * guess: the body of a function URL's 500 and 503, which nobody has shown; it is the Lambda API's.
 *
 * @param status 500 or 503
 * @returns the answer
 */
export function serviceFailed(status: 500 | 503): ErrorAnswer {
  return json(status, 'ServiceException', '{"Type":"Service","Message":"An internal error occurred."}')
}

/** guess: the member is spelt `message`; the status and the text are reported. */
export const eventTooLarge: ErrorAnswer = json(
  413,
  'RequestEntityTooLargeException',
  `{"message":"Request must be smaller than ${maxEventBytes} bytes for the InvokeFunction operation"}`,
)

/** A request without any authentication is answered like one refused by policy. */
const answeredAsForbidden: ReadonlySet<SigV4Failure> = new Set(['MissingAuthenticationTokenException'])

/**
 * The answer to a signature that does not hold.
 *
 * @param code verify()'s failure
 * @param message AWS's text for it
 * @returns 403 with the lower-case `message` of the signature stage
 */
export function signatureRefused(code: SigV4Failure, message: string): ErrorAnswer {
  return answeredAsForbidden.has(code) ? forbidden : json(403, code, JSON.stringify({ message }))
}

/**
 * @param answer one of the answers above
 * @param requestId goes into `x-amzn-RequestId`
 * @returns the answer with its headers
 */
export function toReply(answer: ErrorAnswer, requestId: string): Answer & { readonly kind: 'whole' } {
  const headers: (readonly [string, string])[] = [
    ['Content-Type', answer.contentType],
    ['x-amzn-RequestId', requestId],
  ]
  if (answer.errorType !== undefined) headers.push(['x-amzn-ErrorType', answer.errorType])
  return { kind: 'whole', status: answer.status, headers, body: answer.body }
}
