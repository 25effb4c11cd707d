import type { RawRequest } from '@furlong/sigv4'

/** What went over the wire for one request, and into its function and out of it: referenced as it lay there, never copied. */
export interface KeptExchange {
  readonly request: RawRequest & { readonly body: Buffer }
  event?: Uint8Array
  result?: Uint8Array
  answer?: KeptAnswer
}

/** What a client was answered. */
export interface KeptAnswer {
  readonly status: number
  /** Names and values in turn, as they went out. */
  readonly rawHeaders: readonly string[]
  /** Absent for a stream, which is not kept. */
  readonly body?: Uint8Array | string
}

/** Most requests that are kept. */
const maxExchanges = 2_000

/** Most bytes of all of them together. */
const maxBytes = 32 * 1024 * 1024

/** Most bytes of one; what is larger is not kept. */
const maxExchangeBytes = 4 * 1024 * 1024

/** What an exchange costs beside its texts. */
const overheadBytes = 1024

/**
 * The latest exchanges, in memory alone: they hold what clients and functions sent as it was, secrets included. Whoever shows
 * them masks them.
 */
export class KeptExchanges {
  /** A ring: places are filled anew, so that keeping one costs the same whether the ring is full or not. */
  readonly #places: (Kept | undefined)[] = Array.from({ length: maxExchanges })
  /** Where the next one goes, and where the oldest is. */
  #next = 0
  #oldest = 0
  #bytes = 0

  /**
   * Keeps an exchange; the oldest go.
   *
   * @param id of its record
   * @param exchange nothing of it changes any more
   */
  add(id: string, exchange: KeptExchange): void {
    const bytes = measure(exchange)
    if (bytes > maxExchangeBytes) return
    if (this.#next - this.#oldest === maxExchanges) this.#drop()
    this.#places[this.#next % maxExchanges] = { id, exchange, bytes }
    this.#next += 1
    this.#bytes += bytes
    while (this.#bytes > maxBytes) this.#drop()
  }

  /** @returns the exchange of a record, unless it was too large or is too old */
  get(id: string): KeptExchange | undefined {
    return this.#places.find((place) => place?.id === id)?.exchange
  }

  #drop(): void {
    const place = this.#oldest % maxExchanges
    this.#bytes -= this.#places[place]?.bytes ?? 0
    this.#places[place] = undefined
    this.#oldest += 1
  }
}

interface Kept {
  readonly id: string
  readonly exchange: KeptExchange
  readonly bytes: number
}

function measure({ request, event, result, answer }: KeptExchange): number {
  let bytes = overheadBytes + request.target.length + sizeOf(request.body)
  for (const text of request.rawHeaders) bytes += text.length
  if (answer !== undefined) bytes += measureAnswer(answer)
  return bytes + (event === undefined ? 0 : sizeOf(event)) + (result === undefined ? 0 : sizeOf(result))
}

function measureAnswer({ rawHeaders, body = '' }: KeptAnswer): number {
  let bytes = typeof body === 'string' ? body.length : sizeOf(body)
  for (const text of rawHeaders) bytes += text.length
  return bytes
}

/** What is referenced may be a piece of something larger, which stays as long; of Node's pool, others use the rest. */
const sizeOf = ({ buffer, length }: Uint8Array): number =>
  buffer.byteLength === Buffer.poolSize ? length : buffer.byteLength
