import { createServer, type Server, type Socket } from 'node:net'
import { LocalError } from '../errors.ts'
import { findPortHolder } from './port-holder.ts'

/** Where URL ports come from and what happens when one is taken. */
export interface UrlPortOptions {
  /** First and last port, inclusive; below the ephemeral range, so that no client's own port collides. */
  readonly range: readonly [from: number, to: number]
  /** Every accepted connection goes here: one HTTP server speaks for all ports. */
  readonly onConnection: (socket: Socket) => void
}

/** The listening ports of function URLs: one port of 127.0.0.1 per URL. */
export class UrlPorts {
  readonly #options: UrlPortOptions
  readonly #byPort = new Map<number, { readonly urlId: string; readonly server: Server }>()

  constructor(options: UrlPortOptions) {
    this.#options = options
  }

  /** @returns the URL that listens on this port */
  urlIdOf(port: number | undefined): string | undefined {
    return port === undefined ? undefined : this.#byPort.get(port)?.urlId
  }

  /**
   * Listens on the port a URL has had before.
   *
   * @throws {LocalError} `UrlPortInUse`, naming the holder where it can be told
   */
  async reopen(urlId: string, port: number): Promise<void> {
    if (await this.#listen(urlId, port)) return
    const holder = (await findPortHolder(port)) ?? 'another program'
    throw new LocalError(
      'UrlPortInUse',
      `Port ${port} of function URL ${urlId} is in use by ${holder}. End it, or start with --move-ports to give the URL another port.`,
    )
  }

  /**
   * Listens on the first free port of the range.
   *
   * @param urlId who will answer there
   * @param taken ports that belong to other URLs, listening or not
   * @returns the port
   * @throws {LocalError} `NoFreeUrlPort`
   */
  async open(urlId: string, taken: ReadonlySet<number>): Promise<number> {
    const [from, to] = this.#options.range
    for (let port = from; port <= to; port += 1) {
      if (!taken.has(port) && !this.#byPort.has(port) && (await this.#listen(urlId, port))) return port
    }
    throw new LocalError(
      'NoFreeUrlPort',
      `No port from ${from} to ${to} is free for a function URL. Delete URLs that are no longer needed, or start with a larger --url-ports.`,
    )
  }

  /** Stops listening for a URL; connections that are open end with their client. Unknown ids are fine. */
  close(urlId: string): void {
    for (const [port, entry] of this.#byPort) {
      if (entry.urlId !== urlId) continue
      this.#byPort.delete(port)
      entry.server.close()
    }
  }

  /** Stops listening for all URLs. */
  closeAll(): void {
    for (const { urlId } of this.#byPort.values()) this.close(urlId)
  }

  async #listen(urlId: string, port: number): Promise<boolean> {
    const server = createServer({ noDelay: true }, this.#options.onConnection)
    const listening = await new Promise<boolean>((done, fail) => {
      server.once('error', (error: NodeJS.ErrnoException) =>
        error.code === 'EADDRINUSE' ? done(false) : fail(error),
      )
      server.listen(port, '127.0.0.1', () => done(true))
    })
    if (listening) this.#byPort.set(port, { urlId, server })
    return listening
  }
}
