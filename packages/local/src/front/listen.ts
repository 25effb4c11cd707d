import type { Server } from 'node:http'
import { type AddressInfo, createServer, type Server as NetServer, type Socket } from 'node:net'
import { LocalError } from '../errors.ts'
import { findPortHolder } from './port-holder.ts'

/** Where the main port listens. */
export interface ListenOptions {
  /** 0 for any free one. */
  readonly port: number
  /** An address of this machine; `127.0.0.1` unless containers are to come in. */
  readonly host: string
}

/** The main port, listening. */
export interface MainPort {
  readonly port: number
  /** Stops taking requests, and ends connections that are open. */
  readonly stop: () => Promise<void>
}

/** How often another free port is tried when the one that was found is taken on `::1`. */
const attempts = 10

/**
 * Listens on the main port, on `::1` as well: curl and browsers try that address first for names below localhost.
 *
 * @param front the front door
 * @param options address and port
 * @returns the port
 * @throws {LocalError} `PortInUse`, naming the holder where it can be told
 */
export async function listen(front: Server, { port, host }: ListenOptions): Promise<MainPort> {
  for (let attempt = 1; ; attempt += 1) {
    await open(front, port, host)
    const found = (front.address() as AddressInfo).port
    try {
      const second = host === '::' || host === '::1' ? undefined : await openOnIpv6(front, found)
      return { port: found, stop: () => stop(front, second) }
    } catch (error) {
      await new Promise((done) => front.close(done))
      if (port !== 0 || attempt === attempts) throw error
    }
  }
}

/** @returns undefined where the machine has no IPv6 */
async function openOnIpv6(front: Server, port: number): Promise<NetServer | undefined> {
  const second = createServer({ noDelay: true }, (socket: Socket) => void front.emit('connection', socket))
  try {
    await open(second, port, '::1')
    return second
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT') return undefined
    throw error
  }
}

async function open(server: NetServer, port: number, host: string): Promise<void> {
  try {
    await new Promise<void>((done, fail) => {
      server.once('error', fail)
      server.listen(port, host, () => {
        server.off('error', fail)
        done()
      })
    })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRNOTAVAIL' && host !== '::1') {
      throw new LocalError(
        'HostNotAvailable',
        `${host} is no address of this machine, so that nothing can listen there. Name one of its own with --host, such as 0.0.0.0 for all of them.`,
        { cause: error },
      )
    }
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error
    const why =
      code === 'EACCES'
        ? 'may not be used by this user'
        : `is in use by ${(await findPortHolder(port)) ?? 'another program'}`
    throw new LocalError(
      'PortInUse',
      `Port ${port}${host === '127.0.0.1' ? '' : ` of ${host}`} ${why}. Name another one with --port, or see which local sides run with: npx furlong status.`,
      { cause: error },
    )
  }
}

async function stop(front: Server, second: NetServer | undefined): Promise<void> {
  const closed = [front, ...(second === undefined ? [] : [second])].map(
    (server) => new Promise((done) => server.close(done)),
  )
  front.closeAllConnections()
  await Promise.all(closed)
}
