/** A client that signs and sends a request as it is spelt. */
import { sign } from '@furlong/sigv4'
import type { CallerName, UrlName, UrlTarget } from './target.ts'
import { type Sending, talk, valueOf, type WireAnswer } from './wire.ts'

type Pair = readonly [name: string, value: string]

/** One request. */
export interface Calling {
  readonly to: UrlName
  /** As on the request line; default `/`. */
  readonly target?: string
  readonly method?: string
  readonly headers?: readonly Pair[]
  readonly body?: string | Uint8Array
  /** Who signs; nobody by default. */
  readonly as?: CallerName
  /** What is signed otherwise than it is sent, or signed for something else. */
  readonly forged?: Partial<{
    service: string
    region: string
    body: string
    accessKeyId: string
    secretAccessKey: string
    sessionToken: string
    now: Date
  }>
  /** `HTTP/1.1` unless said. */
  readonly version?: string
  /** Sends the body in such chunks, in place of one piece with its length. */
  readonly chunks?: readonly string[]
}

/** Spells and sends requests to the suite's URLs. */
export class Client {
  readonly target: UrlTarget

  /** @param target where the suite runs */
  constructor(target: UrlTarget) {
    this.target = target
  }

  /**
   * @param calling the request
   * @returns its head as it will be sent, and its body
   */
  spell(calling: Calling): { readonly head: string; readonly body: Buffer } {
    const { to, target = '/', method = 'GET', headers = [], chunks, version = 'HTTP/1.1' } = calling
    const content = chunks === undefined ? calling.body : chunks.join('')
    const body = Buffer.from(content ?? '')
    const all: Pair[] = [['Host', new URL(this.target.urls[to]).host], ...this.#signed(calling, body)]
    if (chunks !== undefined) all.push(['Transfer-Encoding', 'chunked'])
    else if (content !== undefined) all.push(['Content-Length', String(body.length)])
    const lines = [...headers, ...all].map(([name, value]) => `${name}: ${value}\r\n`)
    const framed =
      chunks === undefined
        ? body
        : Buffer.from(
            [...chunks, '']
              .map((chunk) => `${Buffer.byteLength(chunk).toString(16)}\r\n${chunk}\r\n`)
              .join(''),
          )
    return { head: `${method} ${target} ${version}\r\n${lines.join('')}\r\n`, body: framed }
  }

  /**
   * @param calling the request
   * @param sending how it is written
   * @returns its answer
   * @throws Error when there is none
   */
  async call(calling: Calling, sending: Sending = {}): Promise<WireAnswer> {
    const { head, body } = this.spell(calling)
    const bytes = Buffer.concat([Buffer.from(head, 'latin1'), body])
    const bodyless = calling.method === 'HEAD'
    const [answer] = await talk(this.target.urls[calling.to], bytes, 1, { bodyless, ...sending })
    if (answer === undefined) throw new Error(`No answer came from the URL ${calling.to}`)
    return answer
  }

  /**
   * Sends a signed request to the buffered URL and reads the event its function was given.
   *
   * @param calling the request
   * @returns the event
   */
  async event(calling: Partial<Calling> = {}): Promise<Event> {
    const answer = await this.call({ to: 'iam', as: 'granted', ...calling })
    if (answer.status !== 200) throw new Error(`${answer.statusLine}: ${answer.body.toString()}`)
    return JSON.parse(answer.body.toString()) as Event
  }

  /**
   * Has the function of the buffered URL return a value.
   *
   * @param result JSON, or a value of which JSON is made
   * @param calling further parts of the request
   * @returns the answer
   */
  returns(result: unknown, calling: Partial<Calling> = {}): Promise<WireAnswer> {
    const body = JSON.stringify(result)
    const headers = [['Content-Type', 'application/json'] as const]
    return this.call({
      to: 'iam',
      as: 'granted',
      method: 'POST',
      target: '/return',
      headers,
      body,
      ...calling,
    })
  }

  #signed(
    { to, target = '/', method = 'GET', as, headers = [], forged = {} }: Calling,
    body: Buffer,
  ): Pair[] {
    if (as === undefined) return []
    const { service = 'lambda', region = this.target.region, now = new Date() } = forged
    const credentials = { ...this.target.callers[as] }
    for (const key of ['accessKeyId', 'secretAccessKey', 'sessionToken'] as const) {
      if (forged[key] !== undefined) credentials[key] = forged[key]
    }
    const origin = this.target.urls[to].replace(/\/$/, '')
    const signable = headers.filter(([name]) => /^(?:x-amz-|content-type$)/i.test(name))
    const request = {
      method,
      url: origin + target,
      headers: signable,
      body: forged.body ?? body,
    }
    const signed = sign(request, { credentials, service, region, now })
    const given = new Set(signable.map(([name]) => name.toLowerCase()))
    return signed.headers
      .filter(([name]) => !given.has(name.toLowerCase()))
      .map(([name, value]) => [name, value])
  }
}

/** The members of an event that the suite reads. */
export interface Event {
  readonly version: string
  readonly routeKey: string
  readonly rawPath: string
  readonly rawQueryString: string
  readonly cookies?: readonly string[]
  readonly headers: Readonly<Record<string, string>>
  readonly queryStringParameters?: Readonly<Record<string, string>>
  readonly requestContext: {
    readonly accountId: string
    readonly apiId: string
    readonly authorizer?: { readonly iam: Readonly<Record<string, string | null>> }
    readonly domainName: string
    readonly domainPrefix: string
    readonly http: Readonly<Record<string, string>>
    readonly requestId: string
    readonly routeKey: string
    readonly stage: string
    readonly time: string
    readonly timeEpoch: number
  }
  readonly body?: string
  readonly isBase64Encoded: boolean
}

/**
 * @param answer an answer
 * @returns status, error type and body: what a refusal is known by
 */
export function refusalOf({ status, headers, body }: WireAnswer): {
  readonly status: number
  readonly type: string | undefined
  readonly body: string
} {
  return { status, type: valueOf(headers, 'x-amzn-errortype'), body: body.toString() }
}
