/** The console of a side: its page, and the API behind it. */
import { headerOf, type Exchange } from '../exchange.ts'
import type { Answer } from '../front/send.ts'
import type { EventStream } from '../front/send-events.ts'
import { answerCall, readStart } from './api.ts'
import { refuseOrigin, refusePlace, Sessions } from './guard.ts'
import { guardedHeaders, PageFiles, pagePath } from './page-files.ts'
import { ConsoleError, type ConsoleParts } from './parts.ts'

const apiPath = `${pagePath}api`

/** The console of one side. */
export class Console {
  readonly #parts: ConsoleParts
  readonly #sessions: Sessions
  #files: Promise<PageFiles> | undefined

  /** @param parts of the side */
  constructor(parts: ConsoleParts) {
    this.#parts = parts
    this.#sessions = new Sessions(parts.now)
  }

  /**
   * Makes a link that opens the page, once.
   *
   * @param place in the page: its fragment, such as `/requests/k3f9a`
   */
  createLink(place?: string): string {
    const fragment = new URLSearchParams({
      ticket: this.#sessions.createTicket(),
      ...(place === undefined ? {} : { to: place }),
    })
    return `${this.#parts.side.endpoint}${pagePath}#${fragment.toString()}`
  }

  /**
   * Answers a request for the page or its API. Each is let in by where it comes from first, then by the page it is of, then
   * by its token.
   *
   * @param exchange the request
   * @returns a file, JSON, or a stream of events
   */
  async serve(exchange: Exchange): Promise<Answer | EventStream> {
    const { method, target } = exchange.raw
    const [path = ''] = target.split('?', 1)
    const isApi = path.startsWith(`${apiPath}/`)
    const isRead = method === 'GET' || method === 'HEAD'
    const refused = refusePlace(exchange) ?? refuseOrigin(exchange, !isApi && isRead)
    if (refused !== undefined) return json(403, { error: refused })
    if (isApi) return this.#answerCall(exchange, path.slice(apiPath.length))
    if (!isRead) return json(405, { error: `The console has no ${method} ${shorten(path)}.` })
    if (path === pagePath.slice(0, -1))
      return {
        status: 308,
        headers: [['Content-Type', 'text/plain'], ...guardedHeaders, ['Location', pagePath]],
        body: '',
      }
    let files: PageFiles
    try {
      files = await this.#readFiles()
    } catch (error) {
      return json(500, { error: `The console's page cannot be read: ${String(error)}` })
    }
    const file = files.answer(exchange, path.slice(pagePath.length))
    return file ?? json(404, { error: `The console has no ${shorten(path)}.` })
  }

  async #answerCall(exchange: Exchange, path: string): Promise<Answer | EventStream> {
    const { raw, oversized } = exchange
    const { method, target, rawHeaders } = raw
    const opensSession = method === 'POST' && path === '/session'
    if (!opensSession && !this.#sessions.admits(headerOf(rawHeaders, 'authorization')))
      return json(403, { error: 'This needs a token: open the console anew with npx furlong console.' })
    if (oversized) return json(413, { error: 'The body is larger than 1 MiB.' })
    try {
      const body = readJson(exchange)
      if (opensSession) return this.#openSession(body)
      const query = new URLSearchParams(target.split('?').slice(1).join('?'))
      const found = await answerCall(this.#parts, method, path, { query, body })
      if (found === undefined) return json(404, { error: `The console has no ${method} ${shorten(path)}.` })
      return 'json' in found ? json(200, found.json) : found
    } catch (error) {
      const status = error instanceof ConsoleError ? error.status : 400
      return json(status, { error: error instanceof Error ? error.message : String(error) })
    }
  }

  #openSession(body: unknown): Answer {
    const ticket = typeof body === 'object' && body !== null && 'ticket' in body ? body.ticket : undefined
    const token = typeof ticket === 'string' ? this.#sessions.exchange(ticket) : undefined
    return token === undefined
      ? json(403, { error: 'The link was used, or is too old. Make another with: npx furlong console' })
      : json(200, { token, start: readStart(this.#parts) })
  }

  #readFiles(): Promise<PageFiles> {
    this.#files ??= PageFiles.read(this.#parts.page.folder)
    this.#files.catch(() => (this.#files = undefined))
    return this.#files
  }
}

/** A form of another page could send any text, but not with this type. */
function readJson({ raw }: Exchange): unknown {
  if (raw.method === 'GET' || raw.method === 'HEAD') return undefined
  if (!/^application\/json\b/.test(headerOf(raw.rawHeaders, 'content-type') ?? ''))
    throw new ConsoleError(400, 'The body must be sent as application/json.')
  try {
    return JSON.parse(raw.body.toString('utf8')) as unknown
  } catch {
    throw new ConsoleError(400, 'The body is no JSON.')
  }
}

const shorten = (path: string): string => (path.length > 100 ? `${path.slice(0, 100)}…` : path)

const json = (status: number, value: unknown): Answer => ({
  status,
  headers: [
    ['Content-Type', 'application/json'],
    ...guardedHeaders,
    ['Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'"],
    ['Cache-Control', 'no-store'],
  ],
  body: JSON.stringify(value),
})
