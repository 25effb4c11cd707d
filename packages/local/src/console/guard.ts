/** Who may talk to the console: a client on this machine, by a name of this machine, from the console's own page. */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { TLSSocket } from 'node:tls'
import { headerOf, type Exchange } from '../exchange.ts'
import { parseAuthority } from '../front/own-hosts.ts'

/** Names by which a browser reaches this machine and nobody else's page can be reached: no other below `localhost`. */
const names: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '::1'])

/**
 * Says why a request is not from this machine or not for it. A page of a stranger may let its own name point to 127.0.0.1
 * (DNS rebinding): its requests come with that name.
 *
 * @param exchange the request
 * @returns a sentence; undefined for a request that is
 */
export function refusePlace({ request, raw }: Exchange): string | undefined {
  const address = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '')
  if (address !== '::1' && !address.startsWith('127.')) {
    return `The console is for this machine alone, and the request comes from ${address}.`
  }
  const host = headerOf(raw.rawHeaders, 'host') ?? ''
  if (names.has(parseAuthority(host)?.host ?? '')) return undefined
  return 'The console answers to 127.0.0.1 and localhost alone. Open the link that npx furlong console prints.'
}

/**
 * Says why a request is of another page than the console's own.
 *
 * @param exchange a request that was let in by `refusePlace`
 * @param mayBeOpened whether it may be opened as a page, from wherever a link to it stands
 * @returns a sentence; undefined for a request that may go on
 */
export function refuseOrigin(exchange: Exchange, mayBeOpened: boolean): string | undefined {
  const { rawHeaders } = exchange.raw
  const origin = headerOf(rawHeaders, 'origin')
  if (origin !== undefined && origin !== originOf(exchange)) return foreign
  const site = headerOf(rawHeaders, 'sec-fetch-site')
  if (site === undefined || site === 'same-origin') return undefined
  const isOpened =
    headerOf(rawHeaders, 'sec-fetch-mode') === 'navigate' &&
    headerOf(rawHeaders, 'sec-fetch-dest') === 'document'
  return mayBeOpened && isOpened ? undefined : foreign
}

const foreign = 'The request comes from another page than the console, which alone may send it.'

/** @returns the origin under which the client reaches this side */
export function originOf({ request, raw }: Exchange): string {
  const scheme = request.socket instanceof TLSSocket ? 'https' : 'http'
  return `${scheme}://${(headerOf(raw.rawHeaders, 'host') ?? '').toLowerCase()}`
}

/** How long a ticket is good, in milliseconds. */
const ticketMs = 10 * 60_000

/** Most tickets and most tokens at a time: the oldest go. */
const maxOpen = 100

/** Tickets that are good once, and the tokens they were exchanged for. */
export class Sessions {
  readonly #now: () => Date
  readonly #tickets = new Map<string, number>()
  readonly #tokens = new Set<string>()

  /** @param now the clock */
  constructor(now: () => Date) {
    this.#now = now
  }

  /** @returns a ticket, good once and for ten minutes */
  createTicket(): string {
    const ticket = createSecret()
    this.#tickets.set(ticket, this.#now().getTime() + ticketMs)
    dropOldest(this.#tickets)
    return ticket
  }

  /** @returns a token that is good as long as the side runs; undefined for a ticket that is not good, or no longer */
  exchange(ticket: string): string | undefined {
    const found = find(this.#tickets.keys(), ticket)
    if (found === undefined) return undefined
    const until = this.#tickets.get(found) ?? 0
    this.#tickets.delete(found)
    if (until < this.#now().getTime()) return undefined
    const token = createSecret()
    this.#tokens.add(token)
    dropOldest(this.#tokens)
    return token
  }

  /** @returns whether an `Authorization` header carries a token */
  admits(authorization: string | undefined): boolean {
    const token = /^Bearer ([\w-]{20,100})$/.exec(authorization ?? '')?.[1]
    return token !== undefined && find(this.#tokens, token) !== undefined
  }
}

const createSecret = (): string => randomBytes(24).toString('base64url')

function dropOldest(open: {
  readonly size: number
  keys(): Iterator<string>
  delete(key: string): boolean
}): void {
  if (open.size > maxOpen) open.delete(String(open.keys().next().value))
}

/** In a time that tells nothing of how much of a guess is right. */
function find(secrets: Iterable<string>, given: string): string | undefined {
  const wanted = Buffer.from(given)
  let found: string | undefined
  for (const secret of secrets) {
    const known = Buffer.from(secret)
    if (known.length === wanted.length && timingSafeEqual(known, wanted)) found = secret
  }
  return found
}
