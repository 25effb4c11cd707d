import { hash } from 'node:crypto'
import { createServer, type Server, type Socket } from 'node:net'
import { LocalError } from '../errors.ts'
import { findPortHolder } from './port-holder.ts'

/** Where URL ports come from and what happens when one is taken. */
export interface UrlPortOptions {
  /** First and last port, inclusive; below the ephemeral range, so that no client's own port collides. */
  readonly range: readonly [from: number, to: number]
  /** Address to listen on. */
  readonly host: string
  /** Every accepted connection goes here: one HTTP server speaks for all ports. */
  readonly onConnection: (socket: Socket) => void
}

/** Stands for a URL that was deleted: its port goes on answering 403, as its host does on AWS. */
const gone = ''

/**
 * @returns which port of a range is tried first for what goes by this name: the same one each time, so that a function
 *   made anew has the address it had, and two projects on one machine rarely want the same
 */
function choosePort(name: string, [from, to]: readonly [from: number, to: number]): number {
  return from + (Number.parseInt(hash('sha256', name).slice(0, 8), 16) % (to - from + 1))
}

const createTooManyOpen = (open: number, cause: Error): LocalError =>
  new LocalError(
    'TooManyOpenFiles',
    `This process may open no more files, with the ports of ${open} function URLs open already. Allow it more (ulimit -Hn, then ulimit -n <number>; 4096 is enough for 1,000 URLs), or delete URLs that are no longer needed.`,
    { cause },
  )

/** The listening ports of function URLs: one port per URL. */
export class UrlPorts {
  readonly #options: UrlPortOptions
  readonly #byPort = new Map<number, { readonly urlId: string; readonly server: Server }>()

  constructor(options: UrlPortOptions) {
    this.#options = options
  }

  /** @returns the URL that listens on this port; empty for one that was deleted */
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
   * Listens on a free port of the range: the one that is this name's own, or the next free one after it. The port of a
   * deleted URL is given away only when no other is left: an address that somebody still holds must not lead to another
   * function.
   *
   * @param urlId who will answer there
   * @param name what the URL stands for, the same whenever it is made anew
   * @param isTaken whether a port belongs to another URL, listening or not
   * @returns the port
   * @throws {LocalError} `NoFreeUrlPort`
   */
  async open(urlId: string, name: string, isTaken: (port: number) => boolean): Promise<number> {
    const [from, to] = this.#options.range
    const size = to - from + 1
    const first = choosePort(name, [from, to]) - from
    for (let step = 0; step < size; step += 1) {
      const port = from + ((first + step) % size)
      if (this.#byPort.has(port) || isTaken(port) || !(await this.#listen(urlId, port))) continue
      return port
    }
    for (const [port, { urlId: former, server }] of this.#byPort) {
      if (former !== gone || isTaken(port) || port < from || port > to) continue
      this.#byPort.set(port, { urlId, server })
      return port
    }
    throw new LocalError(
      'NoFreeUrlPort',
      `No port from ${from} to ${to} is free for a function URL. Delete URLs that are no longer needed, or start with a larger --url-ports.`,
    )
  }

  /** Takes the port from a URL that was deleted. Unknown ids are fine. */
  close(urlId: string): void {
    for (const [port, { urlId: owner, server }] of this.#byPort) {
      if (owner === urlId) this.#byPort.set(port, { urlId: gone, server })
    }
  }

  /** Stops listening on all ports; connections that are open are the HTTP server's to end. */
  closeAll(): void {
    for (const { server } of this.#byPort.values()) server.close()
    this.#byPort.clear()
  }

  async #listen(urlId: string, port: number): Promise<boolean> {
    const server = createServer({ noDelay: true, allowHalfOpen: true }, this.#options.onConnection)
    const listening = await new Promise<boolean>((done, fail) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'EADDRINUSE') done(false)
        else fail(error.code === 'EMFILE' ? createTooManyOpen(this.#byPort.size, error) : error)
      })
      server.listen(port, this.#options.host, () => done(true))
    })
    if (listening) this.#byPort.set(port, { urlId, server })
    return listening
  }
}
