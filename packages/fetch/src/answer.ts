import { readWhy } from './local-side.ts'

/** The parts of an answer that a refusal is known by. */
export interface AnswerParts {
  readonly status: number
  /** The header `x-amzn-errortype`, or `lambda-web-error-type`. */
  readonly errorType: string | undefined
  /** The body as text, or as much of it as was read. */
  readonly body: string
  /** The command of the local side that explains the request. */
  readonly why: string | undefined
}

/** How much of an answer is read, in bytes: AWS's refusals are small. */
const maxReadBytes = 65_536

/** How long the reading may hold up the call, in milliseconds: AWS's refusals come in one piece with their head. */
const longestReadMs = 1500

/** Up to this length an answer without AWS's headers is worth a look, in bytes. */
const smallBytes = 4096

/**
 * Reads AWS's code and text.
 * @param answer the parts of an answer
 * @returns the code without its namespace or URL, and the text; the text is empty when there is none. Both are
 * printable: what controls a terminal is left out
 */
export function readAnswer({ errorType, body }: AnswerParts): { code: string | undefined; message: string } {
  const members = readMembers(body)
  const code = errorType ?? members('__type') ?? members('code') ?? members('Code')
  return {
    // `AccessDeniedException:http://internal.amazon.com/…`, `com.amazonaws.sts#ExpiredToken`
    code: code === undefined ? undefined : toPrintable(code).split(':')[0]?.split('#').at(-1),
    message: toPrintable(members('message') ?? members('Message') ?? ''),
  }
}

// Control characters, text that runs the other way, line breaks of all kinds, and halves of characters.
function toPrintable(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ')
}

function readMembers(body: string): (name: string) => string | undefined {
  if (body.startsWith('<')) {
    return (name) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1]
  }
  const value = parseJson(body)
  if (typeof value !== 'object' || value === null) return () => undefined
  return (name) => {
    const member: unknown = Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined
    return typeof member === 'string' ? member : undefined
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Reads the headers of an answer that a refusal is known by.
 * @param status the status
 * @param getHeader gives a header by its lower-case name
 * @param hostname where the request went, as in a URL; left out, the local side's hint is not looked for
 * @returns the parts, with an empty body
 */
export function readAnswerHead(
  status: number,
  getHeader: (name: string) => string | null | undefined,
  hostname?: string,
): AnswerParts {
  return {
    status,
    errorType: getHeader('x-amzn-errortype') ?? getHeader('lambda-web-error-type') ?? undefined,
    body: '',
    why: hostname === undefined ? undefined : readWhy(hostname, getHeader('x-furlong-why')),
  }
}

/**
 * Reads an answer that AWS may have given. The response stays readable for the caller.
 * @param response the answer, unread
 * @param hostname where the request went, as in a URL
 * @param signal ends the reading, as its own limit of 1.5 seconds does: what was read until then counts
 * @returns its parts; the body is left out where it is surely the application's
 */
export async function readAnswerParts(
  response: Response,
  hostname: string,
  signal: AbortSignal | undefined,
): Promise<AnswerParts> {
  const head = readAnswerHead(response.status, (name) => response.headers.get(name), hostname)
  if (response.body === null || response.bodyUsed || !mayBeRefusal(head, response.headers)) return head
  return { ...head, body: await readStart(response.clone(), signal) }
}

// An application may answer with an endless stream under any status: only what AWS marks, or what is small, is read.
function mayBeRefusal({ errorType }: AnswerParts, headers: Headers): boolean {
  if (errorType !== undefined || headers.has('x-amz-request-id')) return true
  const length = headers.get('content-length')
  return length !== null && Number(length) <= smallBytes
}

async function readStart(response: Response, signal: AbortSignal | undefined): Promise<string> {
  const reader = response.body?.getReader()
  if (!reader) return ''
  // A read that waits then ends as if there were no more. The caller's body goes on.
  const stop = (): void => void reader.cancel().catch(() => {})
  const timeout = setTimeout(stop, longestReadMs)
  signal?.addEventListener('abort', stop)
  const decoder = new TextDecoder()
  let text = ''
  let length = 0
  try {
    while (length < maxReadBytes) {
      const { done, value } = (await reader.read()) as { done: boolean; value?: Uint8Array }
      if (done) return text
      length += value?.length ?? 0
      text += decoder.decode(value, { stream: true })
    }
    stop()
  } catch {
    // The caller meets the same failure when it reads the body.
  } finally {
    clearTimeout(timeout)
    signal?.removeEventListener('abort', stop)
  }
  return text
}
