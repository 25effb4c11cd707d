import { request } from 'node:http'
import { networkInterfaces } from 'node:os'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startLocal } from '../start.ts'
import { type ConsoleSide, startConsoleSide } from '../testing/console-side.ts'
import type { Start } from './contract.ts'
import { Sessions } from './guard.ts'

let side: ConsoleSide
beforeAll(async () => {
  side = await startConsoleSide()
})
afterAll(() => side.close())

const page = '/_furlong/console/'
const api = '/_furlong/console/api/overview'
const bearer = (): readonly [string, string] => ['authorization', `Bearer ${side.token}`]
const port = (): number => side.local.port

describe('the place a request comes from', () => {
  const names = ['127.0.0.1', 'localhost', 'LOCALHOST', '[::1]', '127.0.0.1.']
  it.each(names)('lets %s in, with its port', async (name) => {
    const headers = [['host', `${name}:${port()}`] as const, bearer()]
    expect((await side.send(page, { headers })).status).toBe(200)
    expect((await side.send(api, { headers })).status).toBe(200)
  })

  // A stranger's page whose own name points to 127.0.0.1 is at the same origin as what it asks for: only the name tells.
  const strangers = [
    'evil.example',
    'evil.example:80',
    '127.0.0.1.evil.example',
    'console.localhost',
    'localhost.evil.example',
    '2130706433',
    '0.0.0.0',
    '127.1',
    '',
    'evil.example@127.0.0.1',
  ]
  it.each(strangers)('refuses the Host %j, token or not', async (host) => {
    for (const path of [page, api, `${page}app-0A1B2C3D.js`]) {
      const { status, body, headers } = await side.send(path, { headers: [['host', host], bearer()] })
      expect(status === 400 || status === 403).toBe(true)
      expect(body).not.toContain('<title>')
      expect(headers['access-control-allow-origin']).toBeUndefined()
    }
  })

  it('refuses clients that are not on this machine', async (context) => {
    const address = Object.values(networkInterfaces())
      .flat()
      .find((one) => one?.family === 'IPv4' && !one.internal)?.address
    if (address === undefined) {
      context.skip('needs a second address of this machine')
      return
    }
    const open = await startConsoleSide({ host: '0.0.0.0' })
    try {
      const status = await new Promise((resolve, reject) => {
        const outgoing = request(
          {
            host: address,
            port: open.local.port,
            path: api,
            headers: { host: `127.0.0.1:${open.local.port}`, authorization: `Bearer ${open.token}` },
          },
          (response) => resolve(response.resume().statusCode),
        )
        outgoing.on('error', reject).end()
      })
      expect(status).toBe(403)
    } finally {
      await open.close()
    }
  })
})

describe('the page a request comes from', () => {
  const foreign: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
    ['another site', [['origin', 'https://evil.example']]],
    ['another port of this machine', [['origin', 'http://127.0.0.1:20000']]],
    ['a page without an origin', [['origin', 'null']]],
    ['another scheme', [['origin', `https://127.0.0.1`]]],
    ['another site, as the browser says', [['sec-fetch-site', 'cross-site']]],
    ['another port, as the browser says', [['sec-fetch-site', 'same-site']]],
    ['an address that was typed', [['sec-fetch-site', 'none']]],
  ]
  it.each(foreign)('refuses calls of %s', async (_, headers) => {
    for (const method of ['GET', 'POST']) {
      const answered = await side.send(api, { method, headers: [...headers, bearer()] })
      expect(answered.status).toBe(403)
      expect(answered.headers['access-control-allow-origin']).toBeUndefined()
    }
  })

  it('answers no preflight', async () => {
    const { status, headers } = await side.send(api, {
      method: 'OPTIONS',
      headers: [
        ['origin', 'https://evil.example'],
        ['access-control-request-method', 'POST'],
        ['access-control-request-headers', 'authorization'],
      ],
    })
    expect(status).toBe(403)
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([])
  })

  it('takes calls of its own page', async () => {
    const own = [
      ['origin', side.local.endpoint],
      ['sec-fetch-site', 'same-origin'],
    ] as const
    expect((await side.send(api, { headers: [...own, bearer()] })).status).toBe(200)
  })

  it('may be opened by a link, and be put into no frame', async () => {
    const from = (dest: string, mode: string): readonly (readonly [string, string])[] => [
      ['sec-fetch-site', 'cross-site'],
      ['sec-fetch-mode', mode],
      ['sec-fetch-dest', dest],
    ]
    expect((await side.send(page, { headers: from('document', 'navigate') })).status).toBe(200)
    expect((await side.send(page, { headers: from('iframe', 'navigate') })).status).toBe(403)
    expect((await side.send(page, { headers: from('empty', 'no-cors') })).status).toBe(403)
    expect((await side.send(page, { headers: from('script', 'no-cors') })).status).toBe(403)
  })
})

describe('tokens and tickets', () => {
  it.each([
    ['none', []],
    ['an empty one', [['authorization', 'Bearer ']]],
    ['a wrong one', [['authorization', `Bearer ${'a'.repeat(32)}`]]],
    ['another scheme', [['authorization', 'Basic YTpi']]],
  ] as const)('refuses %s', async (_, headers) => {
    expect((await side.send(api, { headers })).status).toBe(403)
    expect(
      (await side.send('/_furlong/console/api/grants', { method: 'POST', headers, body: '{}' })).status,
    ).toBe(403)
  })

  it('keeps the token of the page and that of the side apart', async () => {
    const ofSide = [['authorization', `Bearer ${side.local.side.token}`]] as const
    expect((await side.send(api, { headers: ofSide })).status).toBe(403)
    for (const path of ['/_furlong/status', '/_furlong/records']) {
      expect((await side.send(path, { headers: [bearer()] })).status).toBe(403)
    }
    const body = '{}'
    expect(
      (await side.send('/_furlong/console/links', { method: 'POST', headers: [bearer()], body })).status,
    ).toBe(403)
    expect(
      (await side.send('/_furlong/shutdown', { method: 'POST', headers: [bearer()], body })).status,
    ).toBe(403)
  })

  it('takes no token from a query or a cookie', async () => {
    expect((await side.send(`${api}?token=${side.token}`)).status).toBe(403)
    expect((await side.send(api, { headers: [['cookie', `token=${side.token}`]] })).status).toBe(403)
  })

  it('takes a ticket once', async () => {
    const link = new URL(await side.link('/requests/k3f9a'))
    expect(link.search).toBe('')
    const fragment = new URLSearchParams(link.hash.slice(1))
    expect(fragment.get('to')).toBe('/requests/k3f9a')
    const open = (type = 'application/json'): ReturnType<ConsoleSide['send']> =>
      side.send('/_furlong/console/api/session', {
        method: 'POST',
        headers: [['content-type', type]],
        body: JSON.stringify({ ticket: fragment.get('ticket') }),
      })
    // What a form of another page could send takes nothing away.
    expect((await open('text/plain')).status).toBe(400)
    await side.send('/just-now')
    const first = await open()
    expect(first.status).toBe(200)
    expect(first.headers['set-cookie']).toBeUndefined()
    // Whoever holds it, and nobody else, learns what the page begins with.
    const { token, start } = JSON.parse(first.body) as { token: string; start: Start }
    expect(start.overview.endpoint).toBe(side.local.endpoint)
    expect(start.newest.rows[0]?.url).toBe('/just-now')
    const path = '/_furlong/console/api/start'
    const again = await side.send(path, { headers: [['authorization', `Bearer ${token}`]] })
    expect(JSON.parse(again.body)).toMatchObject({ overview: start.overview })
    expect((await side.send(path)).status).toBe(403)
    const second = await open()
    expect(second.status).toBe(403)
    expect(JSON.parse(second.body)).toEqual({ error: expect.stringContaining('The link was used') })
  })

  it('forgets a ticket after ten minutes, and the oldest beyond a hundred', () => {
    let now = 0
    const sessions = new Sessions(() => new Date(now))
    const late = sessions.createTicket()
    now = 10 * 60_000 + 1
    expect(sessions.exchange(late)).toBeUndefined()
    const tickets = Array.from({ length: 101 }, () => sessions.createTicket())
    expect(sessions.exchange(tickets[0] ?? '')).toBeUndefined()
    const token = sessions.exchange(tickets[1] ?? '')
    expect(sessions.admits(`Bearer ${token}`)).toBe(true)
    expect(sessions.exchange('')).toBeUndefined()
  })
})

describe('the files of the page', () => {
  it('are served with a policy that lets in nothing but themselves', async () => {
    const { headers } = await side.send(page)
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).toContain(`script-src ${side.base}/;`)
    expect(policy).not.toMatch(/unsafe|\*|data:|blob:/)
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
      'cross-origin-resource-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cache-control': 'no-cache',
    })
  })

  it('come packed to who unpacks, and for ever under a name with a hash', async () => {
    const ask = (coding?: string): ReturnType<ConsoleSide['send']> =>
      side.send(`${page}app-0A1B2C3D.js`, {
        headers: coding === undefined ? [] : [['accept-encoding', coding]],
      })
    const plain = await ask()
    expect(plain.headers['cache-control']).toContain('immutable')
    expect(plain.headers['content-type']).toContain('text/javascript')
    const packed = await ask('gzip, deflate, br')
    expect(packed.headers['content-encoding']).toBe('br')
    expect(brotliDecompressSync(packed.bytes).toString()).toBe(plain.body)
    expect(gunzipSync((await ask('gzip;q=1.0, br;q=0')).bytes).toString()).toBe(plain.body)
    expect((await ask('zstd')).headers['content-encoding']).toBeUndefined()
    const again = await side.send(page, {
      headers: [['if-none-match', String((await side.send(page)).headers.etag)]],
    })
    expect(again.status).toBe(304)
  })

  it.each([
    '../beside.html',
    '..%2fbeside.html',
    '%2e%2e/beside.html',
    './../beside.html',
    '..\\beside.html',
    '/etc/passwd',
    'index.html/..',
    'app-0A1B2C3D.js.br',
    '__proto__',
    'constructor',
    'index.html%00.js',
  ])('are all there is to be had: %s', async (name) => {
    // As it stands, where a client of its own would resolve it first.
    const [status, body] = await new Promise<[number | undefined, string]>((resolve, reject) => {
      const outgoing = request({ port: port(), host: '127.0.0.1', path: page + name }, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        response.on('end', () => resolve([response.statusCode, text]))
      })
      outgoing.on('error', reject).end()
    })
    expect(status).toBe(404)
    expect(JSON.parse(body)).toEqual({ error: expect.stringContaining('The console has no') as string })
  })

  it('are read, not written', async () => {
    expect(
      (await side.send(page, { method: 'POST', headers: [['content-type', 'application/json']] })).status,
    ).toBe(405)
    const head = await side.send(page, { method: 'HEAD' })
    expect([head.status, head.body]).toEqual([200, ''])
  })

  it('are not there on a side that was given no page, which says so', async () => {
    const local = await startLocal({ memory: true })
    try {
      const response = await fetch(`${local.endpoint}${page}`)
      expect(response.status).toBe(404)
      expect(await response.text()).toContain('npx furlong up starts one that has it')
      const link = await fetch(`${local.endpoint}/_furlong/console/links`, {
        method: 'POST',
        headers: { authorization: `Bearer ${local.side.token}` },
        body: '{}',
      })
      expect(link.status).toBe(400)
    } finally {
      await local.close()
    }
  })
})

describe('what requests bring', () => {
  const hostile = '<img src=x onerror=alert(1)><script>alert(2)</script>'

  it('comes back as JSON that no browser reads as a page', async () => {
    const encoded = encodeURIComponent(hostile)
    await side.send(`/_url/${'b'.repeat(32)}/${encoded}?q=${encoded}`, {
      method: 'POST',
      headers: [
        ['x-note', hostile],
        ['user-agent', hostile],
      ],
      body: hostile,
    })
    await side.send(`/2015-03-31/functions/${encoded}`)
    for (const path of [`requests?text=script`, `requests?limit=10`, `logs?function=${encoded}`]) {
      const answered = await side.send(`/_furlong/console/api/${path}`, { headers: [bearer()] })
      expect(answered.status).toBe(200)
      expect(answered.headers).toMatchObject({
        'content-type': 'application/json',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      })
      expect(() => JSON.parse(answered.body) as unknown).not.toThrow()
    }
    const [, { rows }] = (await side.ask('GET /requests?gate=route')) as [number, { rows: { id: string }[] }]
    const [, detail] = await side.ask(`GET /requests/${rows[0]?.id}`)
    expect(detail).toMatchObject({ sent: { body: { text: hostile }, method: 'POST' } })
    const refused = await side.send(`/_furlong/console/api/function?arn=${encoded}`, { headers: [bearer()] })
    expect([refused.status, refused.headers['content-type']]).toEqual([404, 'application/json'])
  })

  it.each([
    ['POST /grants', 'no object'],
    ['POST /grants', { caller: 7, urlId: 'x' }],
    ['POST /replays', { recordId: null }],
    ['POST /fixes', []],
    ['POST /nothing', {}],
    ['GET /requests?gate=door', undefined],
    ['GET /stream?after=x', undefined],
  ] as const)('is checked: %s %j', async (name, body) => {
    const [status, answer] = await side.ask(name, body)
    expect([400, 404]).toContain(status)
    expect((answer as { error: string }).error.length).toBeGreaterThan(10)
  })
})

describe('a page of a function under the path prefix', () => {
  it('is opened without an origin, and is as AWS sends it for everybody else', async () => {
    const path = `/_url/${'c'.repeat(32)}/`
    const policyOf = async (headers: readonly (readonly [string, string])[]): Promise<unknown> =>
      (await side.send(path, { headers })).headers['content-security-policy']
    expect(await policyOf([['sec-fetch-dest', 'document']])).toMatch(/^sandbox (?!.*same-origin)/)
    expect(await policyOf([['sec-fetch-dest', 'iframe']])).toMatch(/^sandbox/)
    expect(await policyOf([['accept', 'text/html,*/*']])).toMatch(/^sandbox/)
    expect(await policyOf([['accept', '*/*']])).toBeUndefined()
    expect(await policyOf([['sec-fetch-dest', 'empty']])).toBeUndefined()
  })
})
