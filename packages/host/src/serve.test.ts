import { request as createRequest } from 'node:http'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { echoRequest } from './testing/echo.ts'
import { fidelityCaller } from './testing/fidelity.ts'
import { serve } from './serve.node.ts'
import type { ServedApp } from './serve.node.ts'

let served: ServedApp | undefined
afterEach(async () => {
  await served?.close()
  served = undefined
})

it('gives the length of a buffered answer, and none of a stream', async () => {
  const app = () => new Response('caf\u00e9')
  served = await serve(app, { mode: 'buffered' })
  expect((await fetch(served.url)).headers.get('content-length')).toBe('5')
  await served.close()
  served = await serve(() => new Response(null, { status: 204 }), { mode: 'buffered' })
  expect((await fetch(served.url)).headers.get('content-length')).toBeNull()
  await served.close()
  served = await serve(app, { mode: 'stream' })
  expect((await fetch(served.url)).headers.get('transfer-encoding')).toBe('chunked')
})

describe.each(['buffered', 'stream'] as const)('serve(), %s', (mode) => {
  it('shows the application what it sees behind a function URL', async () => {
    served = await serve(async (request: Request) => new Response(await echoRequest(request)), {
      mode,
      iam: fidelityCaller,
    })
    const { hostname, port } = new URL(served.url)
    const text = await new Promise<string>((resolve, reject) => {
      const client = createRequest({
        hostname,
        port,
        method: 'POST',
        path: '//x/a%2Fb?c=1,2',
        headers: { cookie: 'a=1' },
      })
      client.on('error', reject).on('response', async (response) => {
        let received = ''
        for await (const chunk of response) received += String(chunk)
        resolve(received)
      })
      client.end('λ')
    })
    expect(JSON.parse(text)).toMatchObject({
      method: 'POST',
      target: '//x/a%2Fb?c=1,2',
      scheme: 'https',
      host: `${hostname}:${port}`,
      address: '127.0.0.1',
      callerArn: fidelityCaller.userArn,
      functionName: 'local',
      body: Buffer.from('λ').toString('base64'),
    })
  })

  it('answers as a function URL does', async () => {
    const headers = new Headers([
      ['content-length', '1'],
      ['server', 'mine'],
      ['x-name', 'caf\u00e9'],
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
    ])
    served = await serve(() => new Response('x', { status: 201, headers }), { mode })
    const response = await fetch(served.url)
    expect(response.status).toBe(201)
    expect(response.headers.get('x-amzn-remapped-server')).toBe('mine')
    expect(response.headers.get('x-name')).toBe('caf\u00e9')
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(await response.text()).toBe('x')
  })

  it('answers 502 for an application that throws, and waits for init', async () => {
    const log = vi.spyOn(globalThis.console, 'error').mockImplementation(() => undefined)
    let ready = false
    const options = { mode, init: async () => void (ready = await Promise.resolve(true)) }
    served = await serve(() => {
      throw new Error(ready ? 'boom' : 'too early')
    }, options)
    const response = await fetch(served.url)
    expect([response.status, await response.text()]).toEqual([502, 'Internal Server Error'])
    expect(log.mock.calls.flat().join(' ')).toContain('boom')
    log.mockRestore()
  })
})
