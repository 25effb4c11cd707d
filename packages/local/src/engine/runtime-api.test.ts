import { Agent, request } from 'node:http'
import type { ClientRequest } from 'node:http'
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { ApiServer } from './api-server.ts'
import { RuntimeApi } from './runtime-api.ts'
import type { RuntimeEvents } from './runtime-api.ts'

const opened: ApiServer[] = []
afterEach(() => {
  for (const server of opened.splice(0)) server.close()
})

interface Told {
  name: string
  text?: string
}

interface Side {
  api: RuntimeApi
  server: ApiServer
  told: Told[]
  seen: (name: string) => Promise<Told>
}

async function open(): Promise<Side> {
  const told: Told[] = []
  const waiters: (() => void)[] = []
  const tell = (name: string, text?: string): void => {
    told.push({ name, ...(text === undefined ? {} : { text }) })
    for (const wake of waiters.splice(0)) wake()
  }
  const events: RuntimeEvents = {
    polled: () => tell('polled'),
    pollLost: () => tell('pollLost'),
    initFailed: ({ errorType, document }) =>
      tell('initFailed', `${errorType} ${Buffer.from(document).toString()}`),
    responded: (payload) => tell('responded', payload.toString()),
    failed: ({ errorType, document }) => tell('failed', `${errorType} ${Buffer.from(document).toString()}`),
    streamStarted: (contentType) => {
      tell('stream', contentType)
      return {
        write: (chunk) => {
          tell('part', chunk.toString())
          return true
        },
        end: (failure) =>
          tell(
            'end',
            failure === undefined
              ? 'complete'
              : `${failure.errorType} ${Buffer.from(failure.document).toString()}`,
          ),
      }
    },
  }
  const api = new RuntimeApi(events)
  const server = await ApiServer.listen([api])
  opened.push(server)
  const seen = async (name: string): Promise<Told> => {
    for (;;) {
      const found = told.find((entry) => entry.name === name)
      if (found !== undefined) {
        told.splice(told.indexOf(found), 1)
        return found
      }
      await new Promise<void>((resolve) => waiters.push(resolve))
    }
  }
  return { api, server, told, seen }
}

interface Answer {
  status: number
  headers: Record<string, unknown>
  body: string
}

const agent = new Agent({ keepAlive: true })

function ask(
  { server }: Side,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  write: (request: ClientRequest) => void = () => {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const [hostname, port] = server.address.split(':')
    const sent = request(
      { method, hostname, port, path: `/2018-06-01/runtime/${path}`, headers, agent },
      (got) => {
        const parts: Buffer[] = []
        got.on('data', (part: Buffer) => parts.push(part))
        got.on('end', () =>
          resolve({
            status: got.statusCode ?? 0,
            headers: got.headers,
            body: Buffer.concat(parts).toString(),
          }),
        )
      },
    )
    sent.on('error', reject)
    write(sent)
    sent.end()
  })
}

const event = {
  requestId: 'id-1',
  payload: Buffer.from('{"a":"ü"}'),
  deadlineMs: 1234,
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:111122223333:function:f',
  traceId: 'Root=1',
  clientContext: '{"custom":"é"}',
}

async function invoke(side: Side, requestId: string): Promise<Answer> {
  const next = ask(side, 'GET', 'invocation/next')
  await side.seen('polled')
  side.api.deliver({ ...event, requestId })
  return await next
}

describe('the Runtime API with a client of node:http', () => {
  it('hands out an event with all headers and takes the response', async () => {
    const side = await open()
    const next = await invoke(side, 'id-1')
    expect(next.status).toBe(200)
    expect(next.body).toBe('{"a":"ü"}')
    expect(next.headers).toMatchObject({
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': 'id-1',
      'lambda-runtime-deadline-ms': '1234',
      'lambda-runtime-invoked-function-arn': event.invokedFunctionArn,
      'lambda-runtime-trace-id': 'Root=1',
      'lambda-runtime-client-context': '{"custom":"\\u00e9"}',
    })
    const answer = await ask(side, 'POST', 'invocation/id-1/response', {}, (sent) => {
      sent.write('{"chunk')
      sent.write('ed":1}')
    })
    expect(answer).toMatchObject({ status: 202, body: '{"status":"OK"}' })
    expect(await side.seen('responded')).toMatchObject({ text: '{"chunked":1}' })
    await invoke(side, 'id-2')
  })

  it('takes errors with the type of the header or of the document', async () => {
    const side = await open()
    await invoke(side, 'id-1')
    const body = '{"errorMessage":"m","errorType":"Own"}'
    const headers = { 'Lambda-Runtime-Function-Error-Type': 'Runtime.Special' }
    expect((await ask(side, 'POST', 'invocation/id-1/error', headers, (s) => s.write(body))).status).toBe(202)
    expect((await side.seen('failed')).text).toBe(`Runtime.Special ${body}`)
    await invoke(side, 'id-2')
    await ask(side, 'POST', 'invocation/id-2/error', {}, (s) => s.write(body))
    expect((await side.seen('failed')).text).toBe(`Own ${body}`)
    await invoke(side, 'id-3')
    await ask(side, 'POST', 'invocation/id-3/error', {}, (s) => s.write('plain'))
    expect((await side.seen('failed')).text).toBe(
      'Runtime.Unknown {"errorType":"Runtime.Unknown","errorMessage":"plain"}',
    )
  })

  it('takes an init error once, before the first poll', async () => {
    const side = await open()
    const body = '{"errorType":"Runtime.ImportModuleError"}'
    expect((await ask(side, 'POST', 'init/error', {}, (s) => s.write(body))).status).toBe(202)
    expect((await side.seen('initFailed')).text).toBe(`Runtime.ImportModuleError ${body}`)
    expect((await ask(side, 'POST', 'init/error', {}, (s) => s.write(body))).status).toBe(403)
    expect((await ask(side, 'GET', 'invocation/next')).status).toBe(403)
  })

  it('refuses wrong ids, wrong states, wrong modes, wrong paths and what is too large', async () => {
    const side = await open()
    const type = (answer: Answer): unknown => [answer.status, JSON.parse(answer.body).errorType]
    expect(type(await ask(side, 'POST', 'invocation/id-1/response'))).toEqual([400, 'InvalidRequestID'])
    await invoke(side, 'id-1')
    expect(type(await ask(side, 'POST', 'invocation/id-0/response'))).toEqual([400, 'InvalidRequestID'])
    expect(type(await ask(side, 'GET', 'invocation/next'))).toEqual([403, 'InvalidStateTransition'])
    expect(type(await ask(side, 'POST', 'init/error'))).toEqual([403, 'InvalidStateTransition'])
    expect(
      type(
        await ask(side, 'POST', 'invocation/id-1/response', {
          'Lambda-Runtime-Function-Response-Mode': 'fast',
        }),
      ),
    ).toEqual([400, 'InvalidFunctionResponseMode'])
    expect(type(await ask(side, 'POST', 'nothing'))).toEqual([404, 'NotFound'])
    const large = await ask(side, 'POST', 'invocation/id-1/response', {}, (s) => {
      s.write(Buffer.alloc(6_291_557))
    })
    expect(large).toMatchObject({
      status: 413,
      body: '{"errorMessage":"Exceeded maximum allowed payload size (6291556 bytes).","errorType":"RequestEntityTooLarge"}',
    })
    expect((await side.seen('failed')).text).toContain('Function.ResponseSizeTooLarge')
    expect(type(await ask(side, 'POST', 'invocation/id-1/response'))).toEqual([403, 'InvalidStateTransition'])
  })

  it('answers 410 to what comes after the timeout', async () => {
    const side = await open()
    await invoke(side, 'id-1')
    side.api.timeOut()
    const late = await ask(side, 'POST', 'invocation/id-1/response', {}, (sent) => sent.write('1'))
    expect(late).toMatchObject({ status: 410 })
    expect(JSON.parse(late.body)).toMatchObject({ errorType: 'InvokeTimeout' })
    expect(side.told).toEqual([])
  })

  it('sends the answer to a response with the next event, if that was asked for in the same breath', async () => {
    const side = await open()
    await invoke(side, 'id-1')
    const [host = '', port = ''] = side.server.address.split(':')
    const socket = connect(Number(port), host)
    const parts: string[] = []
    socket.on('data', (part: Buffer) => parts.push(part.toString()))
    const response =
      'POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n1'
    socket.write(`${response}GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: localhost\r\n\r\n`)
    await side.seen('responded')
    await side.seen('polled')
    expect(parts).toEqual([])
    side.api.deliver({ ...event, requestId: 'id-2' })
    while (!parts.join('').includes('id-2')) await once(socket, 'data')
    expect(parts.join('')).toMatch(/^HTTP\/1\.1 202 Accepted\r\n[^]*\{"status":"OK"\}HTTP\/1\.1 200 OK\r\n/)
    // Whoever waits for the answer before it asks for the next event gets it at once.
    socket.write(response.replace('id-1', 'id-2'))
    while (!parts.join('').endsWith('{"status":"OK"}')) await once(socket, 'data')
    socket.destroy()
  })

  it('streams a response, and reads the error of its trailers', async () => {
    const side = await open()
    const headers = {
      'Lambda-Runtime-Function-Response-Mode': 'streaming',
      'Content-Type': 'text/x',
      Trailer: 'Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body',
      'Transfer-Encoding': 'chunked',
    }
    await invoke(side, 'id-1')
    expect((await ask(side, 'POST', 'invocation/id-1/response', headers, (s) => s.write('one'))).status).toBe(
      202,
    )
    expect(side.told.splice(0)).toEqual([
      { name: 'stream', text: 'text/x' },
      { name: 'part', text: 'one' },
      { name: 'end', text: 'complete' },
    ])
    await invoke(side, 'id-2')
    const document = '{"errorType":"Late","errorMessage":"m"}'
    await ask(side, 'POST', 'invocation/id-2/response', headers, (s) => {
      s.write('two')
      s.addTrailers({
        'Lambda-Runtime-Function-Error-Type': 'Late',
        'Lambda-Runtime-Function-Error-Body': Buffer.from(document).toString('base64'),
      })
    })
    expect((await side.seen('end')).text).toBe(`Late ${document}`)
  })

  it('tells of a response that broke off and of a poll that was lost', async () => {
    const side = await open()
    await invoke(side, 'id-1')
    const socket = connect(Number(side.server.address.split(':')[1]), '127.0.0.1')
    socket.write(
      `POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\nHost: ${side.server.address}\r\nContent-Length: 100\r\n\r\nabc`,
    )
    setTimeout(() => socket.destroy(), 50)
    expect((await side.seen('failed')).text).toContain('Runtime.TruncatedResponse')
    const poll = connect(Number(side.server.address.split(':')[1]), '127.0.0.1')
    poll.write(`GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: ${side.server.address}\r\n\r\n`)
    await side.seen('polled')
    poll.destroy()
    await side.seen('pollLost')
    expect(side.api.deliver(event)).toBe(false)
  })

  it('answers 400 to what is no HTTP, and continues a client that expects it', async () => {
    const side = await open()
    const speak = (text: string): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect(Number(side.server.address.split(':')[1]), '127.0.0.1')
        socket.once('data', (data) => {
          socket.destroy()
          resolve(data.toString().split('\r\n')[0] ?? '')
        })
        socket.write(text)
      })
    expect(await speak('nonsense\r\n\r\n')).toBe('HTTP/1.1 400 Bad Request')
    await invoke(side, 'id-1')
    expect(
      await speak(
        `POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\nHost: ${side.server.address}\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n`,
      ),
    ).toBe('HTTP/1.1 100 Continue')
  })
})
