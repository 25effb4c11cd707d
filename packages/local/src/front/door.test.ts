import { once } from 'node:events'
import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Local, startLocal } from '../start.ts'

let local: Local

beforeAll(async () => {
  local = await startLocal({ memory: true })
})

afterAll(() => local.close())

describe('the main port', () => {
  it('ends a connection whose client leaves without a word, at once', async () => {
    const socket = connect({ port: local.port, host: '127.0.0.1', allowHalfOpen: true })
    socket.resume()
    socket.end()
    // It used to be kept for the minute that a silent client has.
    await once(socket, 'end')
    expect(socket.bytesRead).toBe(0)
    socket.destroy()
  })

  it('ends a connection whose client leaves in the middle of a handshake, at once', async () => {
    const socket = connect({ port: local.port, host: '127.0.0.1', allowHalfOpen: true })
    socket.resume()
    // Less than the head of a TLS record.
    socket.end(Buffer.from([0x16, 3, 1]))
    await once(socket, 'end')
    expect(socket.bytesRead).toBe(0)
    socket.destroy()
  })

  it('answers a client that has said all it has to say', async () => {
    const socket = connect({ port: local.port, host: '127.0.0.1', allowHalfOpen: true })
    socket.end('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')
    const [first] = (await once(socket, 'data')) as [Buffer]
    expect(first.toString('latin1')).toMatch(/^HTTP\/1\.1 403 /)
    socket.destroy()
  })

  it('answers it over TLS, too', async () => {
    // Nobody needs to trust the certificate here.
    const socket = connectTls({ port: local.port, host: '127.0.0.1', rejectUnauthorized: false })
    socket.allowHalfOpen = true
    await once(socket, 'secureConnect')
    socket.end('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')
    const [first] = (await once(socket, 'data')) as [Buffer]
    expect(first.toString('latin1')).toMatch(/^HTTP\/1\.1 403 /)
    socket.destroy()
  })
})
