import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { SecureContext } from 'node:tls'
import { loadTls } from '../node-builtins.ts'
import type { Leaf, LocalCa } from './local-ca.ts'

/** Ways into the front door for a connection. */
export interface Door {
  /** Speaks TLS or HTTP, as the first byte says: the main port, and the inside of a tunnel. */
  readonly enter: (socket: Socket) => void
  /** Speaks HTTP: a URL's port. */
  readonly enterPlain: (socket: Socket) => void
  /** Ends every connection that came in by `enter`: the HTTP server knows none that is silent, in TLS or a tunnel. */
  readonly close: () => void
}

/** RFC 8446, 5.1: the content type of a handshake record, with which every TLS connection begins. No HTTP method does. */
const handshake = 0x16

/** How long a connection may say nothing, in milliseconds: as long as an idle one is kept. */
const silenceMs = 60_000

/**
 * Makes one port speak HTTP, TLS and, through the HTTP server's own event, CONNECT.
 *
 * @param front the HTTP server; what it accepts by itself goes through `enter` from now on
 * @param ca certifies the hosts that clients name
 * @returns the ways in
 */
export function createDoor(front: Server, ca: LocalCa): Door {
  const open = new Set<Socket>()
  const [serveHttp] = front.listeners('connection')
  if (serveHttp === undefined) throw new TypeError('The HTTP server does not listen for connections.')
  const enterPlain = (socket: Socket): void => void serveHttp.call(front, socket)
  let enterTls: ((socket: Socket) => void) | undefined
  const enter = (socket: Socket): void => {
    const leave = (): void => {
      socket.off('data', hear).off('close', leave).off('error', leave).off('end', end).off('timeout', end)
      socket.setTimeout(0)
    }
    const end = (): void => void socket.destroy()
    const hear = (first: Buffer): void => {
      leave()
      socket.pause()
      socket.unshift(first)
      if (first[0] === handshake) return (enterTls ??= createTlsEntry(ca, enterPlain))(socket)
      enterPlain(socket)
      process.nextTick(() => socket.resume())
    }
    if (!open.has(socket)) {
      open.add(socket)
      socket.once('close', () => open.delete(socket))
    }
    // A client that may be half closed and never said anything has nothing to listen for.
    socket.setTimeout(silenceMs).on('timeout', end).on('end', end)
    socket.on('close', leave).on('error', leave).on('data', hear)
  }
  front.removeAllListeners('connection').on('connection', enter)
  return {
    enter,
    enterPlain,
    close: () => {
      for (const socket of open) socket.destroy()
    },
  }
}

function createTlsEntry(ca: LocalCa, serve: (socket: Socket) => void): (socket: Socket) => void {
  const server = loadTls().createServer({
    // Function URLs speak HTTP/1.1 alone.
    ALPNProtocols: ['http/1.1'],
    minVersion: 'TLSv1.2',
    handshakeTimeout: silenceMs,
    SNICallback: (servername, done) => {
      void answerName(ca, servername, done)
    },
  })
  // Whoever does not trust the certificate leaves in the middle of the handshake, and says so on its own side.
  server.on('tlsClientError', (_error, socket) => void socket.destroy())
  server.on('secureConnection', (socket) => {
    // As on a plain connection: a client that has said all it has to say may still listen.
    socket.allowHalfOpen = true
    serve(socket)
  })
  let current: Leaf | undefined
  const enter = async (socket: Socket): Promise<void> => {
    // An address is never named in a handshake: such clients get the certificate of the loopback.
    const leaf = await ca.leafFor('')
    if (leaf !== undefined && leaf !== current) {
      server.setSecureContext({ key: leaf.key, cert: leaf.certificate })
      current = leaf
    }
    // Whoever leaves in the middle of the handshake has nothing to listen for.
    socket.allowHalfOpen = false
    server.emit('connection', socket)
    socket.resume()
  }
  return (socket) => {
    // Until TLS has it, nobody else hears that the client left.
    socket.on('error', () => socket.destroy())
    void enter(socket).catch(() => socket.destroy())
  }
}

async function answerName(
  ca: LocalCa,
  servername: string,
  done: (error: Error | null, context?: SecureContext) => void,
): Promise<void> {
  try {
    const leaf = await ca.leafFor(servername.toLowerCase())
    if (leaf === undefined) done(new Error(`The local side does not answer for ${servername}.`))
    else done(null, leaf.context)
  } catch (error) {
    done(error as Error)
  }
}
