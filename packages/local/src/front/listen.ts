import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { LocalError } from '../errors.ts'
import { findPortHolder } from './port-holder.ts'

/**
 * Listens on loopback.
 *
 * @param front the front door
 * @param port 0 for any free one
 * @returns the port
 * @throws {LocalError} `PortInUse`, naming the holder where it can be told
 */
export async function listen(front: Server, port: number): Promise<number> {
  try {
    await new Promise<void>((done, fail) => {
      front.once('error', fail)
      front.listen(port, '127.0.0.1', () => {
        front.off('error', fail)
        done()
      })
    })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error
    const why =
      code === 'EACCES'
        ? 'may not be used by this user'
        : `is in use by ${(await findPortHolder(port)) ?? 'another program'}`
    throw new LocalError(
      'PortInUse',
      `Port ${port} ${why}. Name another one with --port, or see which local sides run with: npx furlong status.`,
      { cause: error },
    )
  }
  return (front.address() as AddressInfo).port
}

/** Stops taking requests, and ends connections that are open. */
export async function stop(front: Server): Promise<void> {
  const closed = new Promise((done) => front.close(done))
  front.closeAllConnections()
  await closed
}
