/** HTTP over a bare socket: what is sent is what the caller wrote, and what came is shown as it came. */
import { connect as connectPlain, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

/** One answer, its head as it stood on the wire. */
export interface WireAnswer {
  readonly status: number
  /** `HTTP/1.1 200 OK` */
  readonly statusLine: string
  /** In order, repeats kept; names as they came. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Without its framing. */
  readonly body: Buffer
  /** Whether the body came to its end. */
  readonly complete: boolean
  /** The chunks of a chunked body, in order. */
  readonly chunks: readonly Buffer[]
}

/** How a request is written. */
export interface Sending {
  /** Says that no more comes once everything was written. */
  readonly half?: boolean
  /** Sees the body's bytes each time some have come. */
  readonly onBody?: (soFar: Buffer) => void
  /** Milliseconds after which what is there is taken as all. */
  readonly patienceMs?: number
  /** HEAD: the answers have no body. */
  readonly bodyless?: boolean
  /** Parts that are written after the first, each once the one before is out. */
  readonly later?: readonly (string | Uint8Array)[]
}

const open = (url: URL): Socket => {
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80))
  return url.protocol === 'https:'
    ? connectTls({ host: url.hostname, port, servername: url.hostname, ALPNProtocols: ['http/1.1'] })
    : connectPlain({ host: url.hostname, port, noDelay: true })
}

/**
 * Writes bytes to the host of a URL and reads answers until it has as many as asked for, or the connection ends.
 *
 * @param address a URL; only its scheme, host and port count
 * @param bytes what is sent, text as Latin-1
 * @param count answers to wait for; 1xx count as answers
 * @param sending how it is written
 * @returns the answers that came
 */
export function talk(
  address: string,
  bytes: string | Uint8Array,
  count = 1,
  sending: Sending = {},
): Promise<WireAnswer[]> {
  const { half = false, patienceMs = 25_000, onBody, bodyless = false, later = [] } = sending
  const toBytes = (part: string | Uint8Array): Uint8Array =>
    typeof part === 'string' ? Buffer.from(part, 'latin1') : part
  return new Promise((done) => {
    const socket = open(new URL(address))
    const received: Buffer[] = []
    const finish = (): void => {
      clearTimeout(timer)
      socket.destroy()
      done(readAnswers(Buffer.concat(received), bodyless))
    }
    const timer = setTimeout(finish, patienceMs)
    socket.on('error', () => {})
    socket.on('close', finish)
    socket.on('data', (chunk: Buffer) => {
      received.push(chunk)
      const answers = readAnswers(Buffer.concat(received), bodyless)
      const last = answers.at(-1)
      if (last !== undefined) onBody?.(last.body)
      if (answers.filter(({ complete }) => complete).length >= count) finish()
    })
    const writeNext = (parts: readonly (string | Uint8Array)[]): void => {
      const [part, ...others] = parts
      if (part === undefined) {
        if (half) socket.end()
        return
      }
      socket.write(toBytes(part), () => writeNext(others))
    }
    writeNext([bytes, ...later])
  })
}

function readAnswers(bytes: Buffer, bodyless: boolean): WireAnswer[] {
  const answers: WireAnswer[] = []
  let at = 0
  while (at < bytes.length) {
    const end = bytes.indexOf('\r\n\r\n', at)
    if (end === -1) break
    const [statusLine = '', ...lines] = bytes.toString('latin1', at, end).split('\r\n')
    const headers = lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon), line.slice(colon + 1).trim()] as const
    })
    const status = Number(statusLine.split(' ')[1])
    const head = { status, statusLine, headers }
    const body = readBody(bytes, end + 4, head, bodyless)
    answers.push({ ...head, ...body.read })
    if (!body.read.complete) break
    at = body.next
  }
  return answers
}

type Body = Pick<WireAnswer, 'body' | 'complete' | 'chunks'>

function readBody(
  bytes: Buffer,
  from: number,
  { status, headers }: Pick<WireAnswer, 'status' | 'headers'>,
  bodyless: boolean,
): { readonly read: Body; readonly next: number } {
  if (bodyless || status < 200 || status === 204 || status === 304) {
    return { read: { body: Buffer.alloc(0), complete: true, chunks: [] }, next: from }
  }
  if (valueOf(headers, 'transfer-encoding') === 'chunked') return readChunks(bytes, from)
  const length = valueOf(headers, 'content-length')
  const end = length === undefined ? bytes.length : from + Number(length)
  return {
    read: { body: bytes.subarray(from, end), complete: bytes.length >= end, chunks: [] },
    next: end,
  }
}

function readChunks(bytes: Buffer, from: number): { readonly read: Body; readonly next: number } {
  const chunks: Buffer[] = []
  let at = from
  for (;;) {
    const line = bytes.indexOf('\r\n', at)
    const size = line === -1 ? Number.NaN : Number.parseInt(bytes.toString('latin1', at, line), 16)
    const end = line + 2 + size
    const isWhole = bytes.length >= end + 2
    if (size > 0) chunks.push(bytes.subarray(line + 2, Math.min(end, bytes.length)))
    if (isWhole && size > 0) {
      at = end + 2
      continue
    }
    return {
      read: { body: Buffer.concat(chunks), complete: isWhole && size === 0, chunks },
      next: end + 2,
    }
  }
}

/**
 * @param headers of an answer
 * @param name in lower case
 * @returns the first value
 */
export function valueOf(headers: WireAnswer['headers'], name: string): string | undefined {
  return valuesOf(headers, name)[0]
}

/**
 * @param headers of an answer
 * @param name in lower case
 * @returns every value, in order
 */
export function valuesOf(headers: WireAnswer['headers'], name: string): string[] {
  return headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value)
}
