import { createServer, type AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { UrlPorts } from './url-ports.ts'

const nobody = (): boolean => false
const opened: UrlPorts[] = []

function createPorts(from: number, to: number): UrlPorts {
  const ports = new UrlPorts({
    range: [from, to],
    host: '127.0.0.1',
    onConnection: (socket) => socket.destroy(),
  })
  opened.push(ports)
  return ports
}

afterEach(() => {
  for (const ports of opened.splice(0)) ports.closeAll()
})

describe('the ports of function URLs', () => {
  it('gives one name the same port each time, whatever the id', async () => {
    const first = createPorts(30_200, 30_299)
    const port = await first.open('a', 'project function', nobody)
    first.closeAll()
    expect(await createPorts(30_200, 30_299).open('b', 'project function', nobody)).toBe(port)
  })

  it('spreads names over the whole range', async () => {
    const ports = createPorts(30_200, 30_299)
    const given = await Promise.all(
      Array.from({ length: 40 }, (_, at) => ports.open(`id-${at}`, `project function-${at}`, nobody)),
    )
    expect(new Set(given).size).toBe(40)
    expect(Math.max(...given) - Math.min(...given)).toBeGreaterThan(60)
  })

  it('passes over ports of other URLs and of other programs, round the end of the range', async () => {
    const ports = createPorts(30_300, 30_302)
    const own = await ports.open('a', 'name', nobody)
    const next = own === 30_302 ? 30_300 : own + 1
    const last = next === 30_302 ? 30_300 : next + 1
    expect(await ports.open('b', 'name', (port) => port === next)).toBe(last)
    const other = createServer()
    await new Promise<void>((done) => other.listen(next, '127.0.0.1', done))
    expect((other.address() as AddressInfo).port).toBe(next)
    await expect(ports.open('c', 'name', nobody)).rejects.toMatchObject({ code: 'NoFreeUrlPort' })
    await new Promise((done) => other.close(done))
    expect(await ports.open('c', 'name', nobody)).toBe(next)
  })

  it('gives away the port of a deleted URL last', async () => {
    const ports = createPorts(30_310, 30_311)
    const own = await ports.open('a', 'name', nobody)
    ports.close('a')
    const other = await ports.open('b', 'name', nobody)
    expect(other).not.toBe(own)
    expect(ports.urlIdOf(own)).toBe('')
    expect(await ports.open('c', 'name', nobody)).toBe(own)
    expect(ports.urlIdOf(own)).toBe('c')
  })
})
