import { readAnswerHead } from './answer.ts'
import { classifyAnswer, type Refusal, type RefusalTag } from './refusal.ts'

/**
 * Tells whether AWS could not tell who called: the signature or the credentials were refused.
 * @param e a response of a signed fetch, or an error of a signed fetch, the AWS SDK, axios or ky
 * @returns true for the refusal kinds `signature` and `credentials`; whatever it is given, it does not throw
 */
export function isSignatureError(e: unknown): boolean {
  const kind = tryToReadKind(e)
  return kind === 'signature' || kind === 'credentials'
}

/**
 * Tells whether AWS knew who called and did not let it in, or (it says the same then) found no signature.
 * @param e a response of a signed fetch, or an error of a signed fetch, the AWS SDK, axios or ky
 * @returns true for the refusal kind `access-denied`; whatever it is given, it does not throw
 */
export function isAccessDenied(e: unknown): boolean {
  return tryToReadKind(e) === 'access-denied'
}

/** An object of a class that is not ours. */
type Members = Readonly<Record<string, unknown>>

// A provider that fails holds the error of the service it asked; deeper chains are not ours to judge.
const maxDepth = 4

// It stands in catch clauses, and what was thrown may be anything: a getter that throws, a proxy, a revoked one.
function tryToReadKind(e: unknown): RefusalTag['kind'] | undefined {
  try {
    return readKind(e)
  } catch {
    return undefined
  }
}

function readKind(e: unknown, depth = 0): RefusalTag['kind'] | undefined {
  if (!isMembers(e) || depth > maxDepth) return undefined
  const refusal = readAttached(e) ?? readResponse(e) ?? readSdkError(e)
  if (refusal) return refusal.kind
  return readKind(e['response'], depth + 1) ?? readKind(e['cause'], depth + 1)
}

function readAttached({ refusal }: Members): Pick<Refusal, 'kind'> | undefined {
  return isMembers(refusal) && typeof refusal['kind'] === 'string'
    ? (refusal as unknown as Refusal)
    : undefined
}

// A `Response`, or the response object of axios: status, headers in either form, and the body that was read.
function readResponse({ status, headers, data }: Members): Refusal | undefined {
  if (typeof status !== 'number' || status < 400 || !isMembers(headers)) return undefined
  const head = readAnswerHead(status, (name) => getHeader(headers, name))
  return classifyAnswer({ ...head, body: toText(data) })
}

// What was parsed is written again. What cannot be, AWS did not send: the headers then speak alone.
function toText(data: unknown): string {
  if (typeof data === 'string') return data
  try {
    return isMembers(data) ? (JSON.stringify(data) ?? '') : ''
  } catch {
    return ''
  }
}

function getHeader(headers: Members, name: string): string | undefined {
  const { get } = headers
  const value: unknown = typeof get === 'function' ? get.call(headers, name) : headers[name]
  return typeof value === 'string' ? value : undefined
}

function readSdkError({ name, message, $metadata }: Members): Refusal | undefined {
  if (typeof name !== 'string' || !isMembers($metadata)) return undefined
  const status = $metadata['httpStatusCode']
  return classifyAnswer({
    status: typeof status === 'number' ? status : 400,
    errorType: name,
    body: JSON.stringify({ message: typeof message === 'string' ? message : '' }),
    why: undefined,
  })
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null
}
