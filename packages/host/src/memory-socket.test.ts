import { once } from 'node:events'
import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { MemorySocket } from './memory-socket.node.ts'
import type { FarEnd } from './memory-socket.node.ts'

const deaf: FarEnd = { read: () => true, idle: () => undefined, closed: () => undefined }

/** What a socket says of itself, by every getter a stream has. */
const describeSocket = (socket: Socket): Record<string, unknown> =>
  Object.fromEntries(
    [
      'bytesRead',
      'closed',
      'connecting',
      'destroyed',
      'errored',
      'readable',
      'readableEnded',
      'readableFlowing',
      'readableHighWaterMark',
      'readableLength',
      'writable',
      'writableEnded',
      'writableFinished',
      'writableHighWaterMark',
      'writableLength',
      'writableObjectMode',
      'allowHalfOpen',
    ].map((name) => [name, Reflect.get(socket, name)]),
  )

describe('MemorySocket', () => {
  it('answers like a new socket before its state is made, and after', () => {
    const socket = new MemorySocket('203.0.113.7', deaf)
    expect(Object.hasOwn(socket, '_readableState')).toBe(false)
    const expected = describeSocket(new Socket())
    expect(describeSocket(socket)).toStrictEqual(expected)
    expect(Object.hasOwn(socket, '_readableState')).toBe(true)
    expect(describeSocket(socket)).toStrictEqual(expected)
    expect(socket).toBeInstanceOf(Socket)
  })

  it('keeps who listened before its state was made', async () => {
    const socket = new MemorySocket('203.0.113.7', deaf)
    const closing = once(socket, 'close')
    expect(Object.hasOwn(socket, '_readableState')).toBe(false)
    socket.destroy()
    await closing
    expect(describeSocket(socket)).toMatchObject({
      closed: true,
      destroyed: true,
      writable: false,
      readable: false,
    })
  })

  it('times out, and ends', async () => {
    const socket = new MemorySocket('2001:db8::1', deaf)
    const timeout = once(socket, 'timeout')
    socket.setTimeout(1)
    await timeout
    const finished = once(socket, 'finish')
    socket.end()
    await finished
    expect(socket.writableEnded).toBe(true)
    socket.destroy()
  })

  it('has no state of its own inside of cork(), where the end of a response sets one', () => {
    const socket = new MemorySocket('203.0.113.7', deaf)
    socket.cork()
    socket.cork()
    socket.cork()
    socket.uncork()
    Reflect.set(Reflect.get(socket, '_writableState') as object, 'corked', 1)
    socket.uncork()
    expect(Object.hasOwn(socket, '_readableState')).toBe(false)
    expect(Reflect.get(socket, '_writableState')).toMatchObject({ corked: 0, length: 0 })
    expect(Object.hasOwn(socket, '_readableState')).toBe(true)
  })
})
