import * as fc from 'fast-check'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { getCaller } from './caller.ts'
import type { FetchFunction } from './fetch-app.ts'
import { fidelityCaller, fidelityHost } from './testing/fidelity.ts'
import type { FidelityRequest } from './testing/fidelity.ts'
import { sendBuffered } from './testing/front-door.node.ts'
import { toLambda } from './to-lambda.ts'

async function ask(app: FetchFunction, request: FidelityRequest = {}): Promise<unknown> {
  const view = await sendBuffered(toLambda(app, { mode: 'buffered' }), request)
  if (view.statusCode !== 200) throw new Error(Buffer.from(view.body).toString())
  return JSON.parse(Buffer.from(view.body).toString()) as unknown
}

const posted: FidelityRequest = {
  method: 'POST',
  target: '/a?b=c',
  headers: [
    ['content-type', 'application/json'],
    ['x-a', '1'],
  ],
  body: new TextEncoder().encode('{"a":"λ"}'),
}
const seen = async (request: Request) => ({
  method: request.method,
  url: request.url,
  a: request.headers.get('x-a'),
  length: request.headers.get('content-length'),
  body: await request.text(),
})
const wanted = {
  method: 'POST',
  url: `https://${fidelityHost}/a?b=c`,
  a: '1',
  length: '10',
  body: '{"a":"λ"}',
}

describe('the request of a fetch application', () => {
  it('is a Request', async () => {
    const app: FetchFunction = (request) =>
      Response.json([
        request instanceof Request,
        Object.prototype.toString.call(request),
        'duplex' in request && request.duplex,
      ])
    expect(await ask(app)).toEqual([true, '[object Request]', 'half'])
  })

  it.each<[string, (request: Request) => Request]>([
    ['itself', (request) => request],
    ['new Request(request)', (request) => new Request(request)],
    ['new Request(new Request(request))', (request) => new Request(new Request(request))],
    ['request.clone()', (request) => request.clone()],
    [
      'new Request(request, init)',
      (request) => new Request(request, { headers: new Headers([...request.headers, ['x-b', '2']]) }),
    ],
    ['new Request(url, request)', (request) => new Request(request.url, request)],
  ])('keeps method, URL, headers and body: %s', async (_, copy) => {
    expect(await ask(async (request) => Response.json(await seen(copy(request))), posted)).toEqual(wanted)
  })

  it('has the URL that the parser of the platform makes of it', async () => {
    const piece = fc.constantFrom(
      '/',
      '.',
      '..',
      '%2e',
      '%2F',
      '%',
      'a',
      'B',
      '~',
      "'",
      '"',
      '<',
      '|',
      '^',
      '{',
      '[',
      '@',
      ':',
      'é',
    )
    const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''))
    const host = fc.constantFrom(
      fidelityHost,
      'localhost',
      'A.Example',
      '1.2.3.4',
      'a.0x1',
      'a.b:443',
      'a.b:8443',
      'a.b.',
      '[::1]',
    )
    const app: FetchFunction = (request) => Response.json([request.url, new Request(request).url])
    await fc.assert(
      fc.asyncProperty(host, text, text, async (name, path, query) => {
        const rawPath = `/${path}`
        const overwrite = { rawPath, rawQueryString: query, headers: { host: name } }
        const [url, copied] = (await ask(app, { event: { overwrite } })) as [string, string]
        expect(url).toBe(copied)
      }),
      { numRuns: 500 },
    )
  })

  it('has its headers also when the invocation is over', async () => {
    let kept: Request | undefined
    await ask((request) => {
      kept = request
      return Response.json(null)
    }, posted)
    expect(kept?.headers.get('x-a')).toBe('1')
  })

  it('can be passed to fetch()', async () => {
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      response.end(JSON.stringify([request.method, request.headers['x-a'], Buffer.concat(chunks).toString()]))
    })
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    const { port } = server.address() as AddressInfo
    const app: FetchFunction = async (request) => fetch(new Request(`http://127.0.0.1:${port}/`, request))
    try {
      expect(await ask(app, posted)).toEqual(['POST', '1', '{"a":"λ"}'])
    } finally {
      server.close()
      server.closeAllConnections()
    }
  })

  it.each<[string, (request: Request) => Promise<unknown>, unknown]>([
    ['json()', (request) => request.json(), { a: 'λ' }],
    ['text()', (request) => request.text(), '{"a":"λ"}'],
    ['arrayBuffer()', async (request) => Buffer.from(await request.arrayBuffer()).toString(), '{"a":"λ"}'],
    ['bytes()', async (request) => Buffer.from(await request.bytes()).toString(), '{"a":"λ"}'],
    ['blob()', async (request) => (await request.blob()).type, 'application/json'],
    [
      'body',
      async (request) => {
        const chunks: Uint8Array[] = []
        for await (const chunk of request.body ?? []) chunks.push(chunk as Uint8Array)
        return Buffer.concat(chunks).toString()
      },
      '{"a":"λ"}',
    ],
  ])('has its body once: %s', async (_, read, body) => {
    const app: FetchFunction = async (request) => {
      const before = request.bodyUsed
      const value = await read(request)
      const again = await request.text().catch((error: unknown) => (error as Error).name)
      let copied = ''
      try {
        copied = new Request(request).url
      } catch (error) {
        copied = (error as Error).name
      }
      return Response.json([before, value, request.bodyUsed, again, copied])
    }
    expect(await ask(app, posted)).toEqual([false, body, true, 'TypeError', 'TypeError'])
  })

  it('reads forms', async () => {
    const form: FidelityRequest = {
      method: 'POST',
      headers: [['content-type', 'application/x-www-form-urlencoded']],
      body: new TextEncoder().encode('a=1&b=%CE%BB'),
    }
    const app: FetchFunction = async (request) => Response.json([...(await request.formData())])
    expect(await ask(app, form)).toEqual([
      ['a', '1'],
      ['b', 'λ'],
    ])
  })

  it('drops a byte order mark from text() and json(), as every Request does', async () => {
    const marked = { ...posted, body: new TextEncoder().encode('\uFEFF[1]') }
    expect(await ask(async (request) => Response.json(await request.json()), marked)).toEqual([1])
  })

  it('may be read twice when there is no body', async () => {
    const app: FetchFunction = async (request) =>
      Response.json([await request.text(), await request.text(), request.body])
    expect(await ask(app)).toEqual(['', '', null])
  })

  it('keeps its caller in a clone and through a proxy, and nowhere else', async () => {
    const app: FetchFunction = (request) => {
      const proxy = new Proxy(request, { get: (target, key) => Reflect.get(target, key, target) as unknown })
      const names = [request, request.clone(), proxy, new Request(request)].map(
        (object) => getCaller(object)?.sessionName ?? null,
      )
      return Response.json(names)
    }
    expect(await ask(app, { event: { iam: fidelityCaller } })).toEqual(['alice', 'alice', 'alice', null])
  })
})
