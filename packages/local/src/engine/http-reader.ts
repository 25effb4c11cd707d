/** The first part of a request: what the route and the headers say. */
export interface RequestHead {
  readonly method: string
  readonly target: string
  /** Names in lower case; repeated ones are joined by `, `. The same object for the same text. */
  readonly headers: ReadonlyMap<string, string>
}

/** Receives the parts of each request in order. */
export interface RequestSink {
  /** The head is complete. */
  head(head: RequestHead): void
  /** A part of the body; never empty. */
  data(chunk: Buffer): void
  /** The body is complete; the trailers are empty unless the body was chunked. */
  end(trailers: ReadonlyMap<string, string>): void
}

// The header Lambda-Runtime-Function-XRay-Error-Cause alone may hold 1 MiB, and so may the error trailer.
const maxHeadBytes = 2 * 1024 * 1024
const maxChunkLineBytes = 1024

const emptyBuffer: Buffer = Buffer.alloc(0)
const noFields: ReadonlyMap<string, string> = new Map()
const needMore = -1

/** A request that cannot be read; its connection is closed after the answer 400. */
export class MalformedRequest extends Error {
  override readonly name = 'MalformedRequest'
}

// The header lines of a runtime are the same for every request, but for a length: they are read once.
const maxKnownHeads = 16
const maxKnownBytes = 512

type Step = 'head' | 'length' | 'chunkLine' | 'chunkData' | 'chunkEnd' | 'trailers'

/**
 * Reads the requests of one connection: HTTP/1.1, keep-alive, pipelined, bodies by Content-Length or chunked.
 * It refuses whatever two readers could understand differently (RFC 9112, 6.3 and 11.2).
 */
export class RequestReader {
  readonly #sink: RequestSink
  #step: Step = 'head'
  #rest: Buffer = emptyBuffer
  #remaining = 0
  readonly #known = new Map<string, ReadonlyMap<string, string>>()
  readonly #steps: Readonly<Record<Step, (buffer: Buffer, offset: number) => number>> = {
    head: (buffer, offset) => this.#readHead(buffer, offset),
    length: (buffer, offset) => this.#readData(buffer, offset, 'head'),
    chunkLine: (buffer, offset) => this.#readChunkLine(buffer, offset),
    chunkData: (buffer, offset) => this.#readData(buffer, offset, 'chunkEnd'),
    chunkEnd: (buffer, offset) => this.#readChunkEnd(buffer, offset),
    trailers: (buffer, offset) => this.#readTrailers(buffer, offset),
  }

  /**
   * Creates a reader for one connection.
   * @param sink Receives the parts of the requests.
   */
  constructor(sink: RequestSink) {
    this.#sink = sink
  }

  /**
   * Reads what arrived.
   * @param chunk The bytes, as the socket gave them.
   * @throws {MalformedRequest} When the bytes are no request this API can receive.
   */
  push(chunk: Buffer): void {
    const buffer = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    this.#rest = emptyBuffer
    let offset = 0
    while (offset < buffer.length) {
      const next = this.#steps[this.#step](buffer, offset)
      if (next === needMore) {
        this.#rest = buffer.subarray(offset)
        return
      }
      offset = next
    }
  }

  #readHead(buffer: Buffer, offset: number): number {
    // An empty line before a request is allowed (RFC 9112, 2.2).
    if (buffer[offset] === 13) {
      if (offset + 1 >= buffer.length) return needMore
      if (buffer[offset + 1] === 10) return offset + 2
    }
    const end = buffer.indexOf('\r\n\r\n', offset)
    if (end === -1) return refuseAbove(buffer.length - offset, maxHeadBytes)
    const text = buffer.toString('latin1', offset, end)
    const lineEnd = text.indexOf('\r\n')
    const line = lineEnd === -1 ? text : text.slice(0, lineEnd)
    const request = /^([A-Z]{1,20}) ([!-~]{1,8192}) HTTP\/1\.1$/.exec(line)
    if (request === null) throw new MalformedRequest('The request line is not that of an HTTP/1.1 request')
    const headers = lineEnd === -1 ? noFields : this.#readHeaders(text.slice(lineEnd + 2))
    this.#begin({ method: request[1] ?? '', target: request[2] ?? '', headers })
    return end + 4
  }

  #readHeaders(text: string): ReadonlyMap<string, string> {
    const known = this.#known.get(text)
    if (known !== undefined) return known
    const headers = readFields(text)
    if (text.length <= maxKnownBytes) {
      if (this.#known.size === maxKnownHeads) this.#known.clear()
      this.#known.set(text, headers)
    }
    return headers
  }

  #begin(head: RequestHead): void {
    const length = head.headers.get('content-length')
    const coding = head.headers.get('transfer-encoding')
    if (coding !== undefined) {
      if (length !== undefined) throw new MalformedRequest('Both Content-Length and Transfer-Encoding')
      if (coding.toLowerCase() !== 'chunked') throw new MalformedRequest('Transfer-Encoding is not chunked')
      this.#step = 'chunkLine'
      this.#sink.head(head)
      return
    }
    if (length !== undefined && !/^\d{1,15}$/.test(length)) {
      throw new MalformedRequest('Content-Length is not one number')
    }
    this.#remaining = length === undefined ? 0 : Number(length)
    this.#step = this.#remaining === 0 ? 'head' : 'length'
    this.#sink.head(head)
    if (this.#remaining === 0) this.#sink.end(noFields)
  }

  #readData(buffer: Buffer, offset: number, after: 'head' | 'chunkEnd'): number {
    const end = Math.min(buffer.length, offset + this.#remaining)
    this.#remaining -= end - offset
    if (this.#remaining === 0) this.#step = after
    this.#sink.data(buffer.subarray(offset, end))
    if (this.#remaining === 0 && after === 'head') this.#sink.end(noFields)
    return end
  }

  #readChunkLine(buffer: Buffer, offset: number): number {
    const end = buffer.indexOf('\r\n', offset)
    if (end === -1) return refuseAbove(buffer.length - offset, maxChunkLineBytes)
    const size = /^([0-9A-Fa-f]{1,12})[ \t]*(;[^\r\n]*)?$/.exec(buffer.toString('latin1', offset, end))
    if (size === null) throw new MalformedRequest('A chunk size is not a hexadecimal number')
    this.#remaining = Number.parseInt(size[1] ?? '', 16)
    this.#step = this.#remaining === 0 ? 'trailers' : 'chunkData'
    return end + 2
  }

  #readChunkEnd(buffer: Buffer, offset: number): number {
    if (buffer.length - offset < 2) return needMore
    if (buffer[offset] !== 13 || buffer[offset + 1] !== 10) {
      throw new MalformedRequest('A chunk is longer than its size')
    }
    this.#step = 'chunkLine'
    return offset + 2
  }

  #readTrailers(buffer: Buffer, offset: number): number {
    if (buffer.length - offset < 2) return needMore
    if (buffer[offset] === 13 && buffer[offset + 1] === 10) {
      this.#step = 'head'
      this.#sink.end(noFields)
      return offset + 2
    }
    const end = buffer.indexOf('\r\n\r\n', offset)
    if (end === -1) return refuseAbove(buffer.length - offset, maxHeadBytes)
    const trailers = readFields(buffer.toString('latin1', offset, end))
    this.#step = 'head'
    this.#sink.end(trailers)
    return end + 4
  }
}

function refuseAbove(bytes: number, limit: number): number {
  if (bytes > limit) throw new MalformedRequest(`A line or head is longer than ${limit} bytes`)
  return needMore
}

function readFields(text: string): Map<string, string> {
  const fields = new Map<string, string>()
  for (const line of text.split('\r\n')) {
    // No blank before the colon and no folded line: both have been used to smuggle a second request.
    const field = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\0\r\n]*?)[ \t]*$/.exec(line)
    if (field === null) throw new MalformedRequest('A header line cannot be read')
    const name = (field[1] ?? '').toLowerCase()
    const value = field[2] ?? ''
    const before = fields.get(name)
    fields.set(name, before === undefined ? value : `${before}, ${value}`)
  }
  return fields
}
