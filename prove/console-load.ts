import { Agent, request } from 'node:http'
import { type Credentials, sign } from '@furlong/sigv4'

/** What has been sent so far. */
export interface LoadCounts {
  readonly answered: number
  /** Of these, with 403: every tenth is signed with a wrong secret. */
  readonly refused: number
  /** Not sent, since too many were under way. */
  readonly skipped: number
}

/** Most requests under way: beyond that a client of the same machine would only measure itself. */
const maxUnderWay = 200
/** Time between two handfuls of requests, in milliseconds. */
const beatMs = 20

/** Sends requests to a function URL, so many a second, until it is stopped. */
export class ConsoleLoad {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 })
  readonly #url: string
  readonly #headers: readonly (readonly string[])[]
  readonly #beat: NodeJS.Timeout
  readonly #startedMs: number = performance.now()
  #due = 0
  #underWay = 0
  #counts = { answered: 0, refused: 0, skipped: 0 }

  /**
   * @param url of the function
   * @param credentials that are let in
   * @param requestsPerSecond how many
   */
  constructor(url: string, credentials: Credentials, requestsPerSecond: number) {
    this.#url = url
    const wrong = { ...credentials, secretAccessKey: 'no-secret-of-anybody' }
    // A signature holds for five minutes: one for all keeps this process's own work small.
    this.#headers = [credentials, wrong].map((keys) => {
      const options = { credentials: keys, region: 'us-east-1', service: 'lambda', now: new Date() }
      return [['host', new URL(url).host], ...sign({ method: 'GET', url }, options).headers].flat()
    })
    this.#beat = setInterval(() => {
      const wanted = Math.floor(((performance.now() - this.#startedMs) / 1000) * requestsPerSecond)
      for (; this.#due < wanted; this.#due += 1) this.#send(this.#headers[this.#due % 10 === 0 ? 1 : 0] ?? [])
    }, beatMs)
  }

  /** @returns the counts of this moment */
  counts(): LoadCounts {
    return { ...this.#counts }
  }

  /** Sends no more. */
  stop(): void {
    clearInterval(this.#beat)
    this.#agent.destroy()
  }

  #send(headers: readonly string[]): void {
    if (this.#underWay >= maxUnderWay) {
      this.#counts.skipped += 1
      return
    }
    this.#underWay += 1
    const done = (status: number): void => {
      this.#underWay -= 1
      if (status > 0) this.#counts.answered += 1
      if (status === 403) this.#counts.refused += 1
    }
    request(this.#url, { agent: this.#agent, headers }, (response) => {
      response.resume().once('end', () => done(response.statusCode ?? 0))
    })
      .once('error', () => done(0))
      .end()
  }
}
