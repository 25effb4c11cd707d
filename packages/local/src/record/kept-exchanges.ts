import type { RawRequest } from '@furlong/sigv4'

/** What went over the wire for one request, and into its function and out of it: referenced as it lay there, never copied. */
export interface KeptExchange {
  readonly request: RawRequest & { readonly body: Buffer }
  event?: Uint8Array
  result?: Uint8Array
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
  readonly #byId = new Map<string, { readonly exchange: KeptExchange; readonly bytes: number }>()
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
    this.#byId.set(id, { exchange, bytes })
    this.#bytes += bytes
    while (this.#byId.size > maxExchanges || this.#bytes > maxBytes) {
      const [oldest] = this.#byId
      if (oldest === undefined) return
      this.#bytes -= oldest[1].bytes
      this.#byId.delete(oldest[0])
    }
  }

  /** @returns the exchange of a record, unless it was too large or is too old */
  get(id: string): KeptExchange | undefined {
    return this.#byId.get(id)?.exchange
  }
}

function measure({ request, event, result }: KeptExchange): number {
  let bytes = overheadBytes + request.target.length + sizeOf(request.body)
  for (const text of request.rawHeaders) bytes += text.length
  return bytes + (event === undefined ? 0 : sizeOf(event)) + (result === undefined ? 0 : sizeOf(result))
}

/** What is referenced may be a piece of something larger, which stays as long; of Node's pool, others use the rest. */
const sizeOf = ({ buffer, length }: Uint8Array): number =>
  buffer.byteLength === Buffer.poolSize ? length : buffer.byteLength
