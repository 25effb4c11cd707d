/** A request that the API refuses: status, and the type and sentence of its body. */
export interface Refusal {
  readonly status: number
  readonly errorType: string
  readonly errorMessage: string
}

const statusTexts: Readonly<Record<number, string>> = {
  200: 'OK',
  202: 'Accepted',
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  410: 'Gone',
  413: 'Payload Too Large',
}

/**
 * Creates an answer of the API.
 * @param status Its status.
 * @param body Its body, JSON.
 * @param headers Further header lines, each with its line end.
 * @returns The bytes for the socket.
 */
export function createAnswer(status: number, body: string, headers = ''): Buffer {
  return Buffer.from(
    `HTTP/1.1 ${status} ${statusTexts[status] ?? ''}\r\nContent-Type: application/json\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}

/**
 * Creates the answer of a refusal.
 * @param refusal What is refused and why.
 * @returns The bytes for the socket.
 */
export function createRefusalAnswer({ status, errorType, errorMessage }: Refusal): Buffer {
  return createAnswer(status, JSON.stringify({ errorMessage, errorType }))
}

/** The answer to whatever was taken. */
export const accepted: Buffer = createAnswer(202, '{"status":"OK"}')
