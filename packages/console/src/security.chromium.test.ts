/** The page in a real browser, beside pages that mean it ill: what the server's tests cannot see is what browsers do. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, BrowserContext } from 'playwright-core'
import { strToU8, zipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  buildTestPage,
  type BuiltPage,
  executablePath,
  openTab,
  startBrowser,
  type Tab,
} from './testing/browser.ts'
import { type Scene, send, setScene } from './testing/scene.ts'

const script = '<img src=x onerror="document.title=`owned`"><script>document.title="owned"</script>'

describe.skipIf(executablePath === undefined)('the page in Chromium', () => {
  let built: BuiltPage
  let scene: Scene
  let browser: Browser
  let context: BrowserContext
  let evil: Server

  beforeAll(async () => {
    built = await buildTestPage({
      renderPlan: (fixes) => ({
        furlong: fixes.map(() => script),
        aws: [script],
        credentials: {},
        sentences: [script],
      }),
      renderThrottleFix: () => script,
      renderCode: () => ({ furlong: script, curl: script, fetch: script }),
    })
    scene = await setScene({ page: built.page })
    evil = createServer((_, response) =>
      response.setHeader('content-type', 'text/html').end('<!doctype html><title>evil</title>'),
    )
    await new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', resolve))
    // A name of a stranger that points to this machine: DNS rebinding.
    browser = await startBrowser('--host-resolver-rules=MAP evil.example 127.0.0.1')
    context = await browser.newContext()
  })
  afterAll(async () => {
    await browser.close()
    evil.close()
    await scene.close()
    await built.remove()
  })

  const open = async (place?: string): Promise<Tab> => {
    const opened = await openTab(context)
    await opened.open(scene.local, place)
    await opened.tab.getByText('live', { exact: true }).waitFor()
    return opened
  }
  const evilUrl = (): string => `http://127.0.0.1:${(evil.address() as AddressInfo).port}/`

  it('takes the ticket out of the address and out of what the way back leads to', async () => {
    const { tab: page } = await open()
    expect(page.url()).not.toContain('ticket')
    expect(await page.evaluate('performance.getEntriesByType("navigation")[0].name')).not.toContain('token')
    expect(await context.cookies()).toEqual([])
    expect(
      await page.evaluate('localStorage.length === 0 || !JSON.stringify(localStorage).includes("token")'),
    ).toBe(true)
    await page.reload()
    await page.getByText('live', { exact: true }).waitFor()
    await page.close()
  })

  it('shows script in every value as text, and runs none', async () => {
    const { endpoint } = scene.local
    const path = encodeURIComponent(script)
    const headers = { 'user-agent': script, 'x-note': script, 'content-type': 'text/html' }
    await fetch(`${scene.urls.orders}${path}?q=${path}`, { method: 'POST', headers, body: script })
    await fetch(`${scene.urls.public}${path}`, { method: 'POST', headers, body: script })
    await fetch(`${endpoint}/2015-03-31/functions/${path}`)
    await scene.lambda.createFunction({
      FunctionName: 'loud',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: `arn:aws:iam::${scene.local.accounts[0]?.accountId}:role/orders-role`,
      Description: script.slice(0, 256),
      Code: {
        ZipFile: zipSync({
          'index.mjs': strToU8(
            `export const handler = () => { console.log(${JSON.stringify(script)}); throw new Error(${JSON.stringify(script)}) }`,
          ),
        }),
      },
    })
    const { FunctionUrl = '' } = await scene.lambda.createFunctionUrlConfig({
      FunctionName: 'loud',
      AuthType: 'NONE',
    })
    for (const [Action, more] of [
      ['lambda:InvokeFunctionUrl', { FunctionUrlAuthType: 'NONE' }],
      ['lambda:InvokeFunction', { InvokedViaFunctionUrl: true }],
    ] as const)
      await scene.lambda.addPermission({
        FunctionName: 'loud',
        StatementId: Action.replace(':', '-'),
        Action,
        Principal: '*',
        ...more,
      })
    await fetch(`${FunctionUrl}${path}`, { method: 'POST', headers, body: script })
    await scene.iam.putUserPolicy({
      UserName: 'curious-colleague',
      PolicyName: 'loud',
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: {
          Effect: 'Allow',
          Action: 'lambda:*',
          Resource: `arn:aws:lambda:*:*:function:${script}`,
          Condition: { StringEquals: { 'aws:UserAgent': script } },
        },
      }),
    })
    const denied = await send(scene.urls.orders, {
      credentials: scene.keys.stranger,
      headers: { 'user-agent': `${script} in a header` },
    })
    const { records } = scene.local
    const { tab: page, troubles } = await open()
    const arn = scene.local.records.list({ function: 'loud', limit: 1 })[0]?.functionArn ?? ''
    const places = [
      `/requests?text=${encodeURIComponent('onerror')}`,
      ...records.list({ text: 'onerror', limit: 10 }).map(({ id }) => `/requests/${id}`),
      `/functions/${encodeURIComponent(arn)}`,
      '/functions',
      '/plots',
      `/requests/${path}`,
    ]
    for (const place of places) {
      await page.evaluate(`location.hash = ${JSON.stringify(`#${place}`)}`)
      await page.waitForTimeout(150)
      expect(await page.title()).not.toContain('owned')
      expect(await page.locator('img, iframe, object, embed').count()).toBe(0)
    }
    // Seen, and as text.
    await page.evaluate(`location.hash = ${JSON.stringify(`#${places[1]}`)}`)
    await page.getByText('onerror').first().waitFor()
    await page.evaluate(`location.hash = '#/requests/${denied.id}'`)
    for (const said of [page.locator('.statement mark'), page.locator('.statement .says')])
      await said
        .filter({ hasText: script.slice(0, 9) })
        .first()
        .waitFor()
    expect(await page.title()).not.toContain('owned')
    await page.close()
    expect(troubles.filter((trouble) => !/404/.test(trouble))).toEqual([])
  })

  it('cannot be read, called or framed by a page of another origin', async () => {
    const page = await context.newPage()
    await page.goto(evilUrl())
    const { endpoint } = scene.local
    const attempt = (init: string): Promise<unknown> =>
      page.evaluate(
        `fetch(${JSON.stringify(`${endpoint}/_furlong/console/api/overview`)}, ${init}).then((r) => r.type + r.status, (e) => e.name)`,
      )
    expect(await attempt('{}')).toBe('TypeError')
    expect(await attempt("{ headers: { authorization: 'Bearer x' } }")).toBe('TypeError')
    expect(await attempt("{ method: 'POST', mode: 'no-cors', body: '{}' }")).toMatch(
      /^(?:opaque0|TypeError)$/,
    )
    await page.evaluate(`{
      const frame = document.createElement('iframe')
      frame.src = ${JSON.stringify(`${endpoint}/_furlong/console/`)}
      document.body.append(frame)
      new Promise((done) => frame.addEventListener('load', done))
    }`)
    const framed = page.frames().filter((frame) => frame !== page.mainFrame())
    for (const frame of framed) expect(await frame.locator('#page').count()).toBe(0)
    expect(
      await page.evaluate(`new Promise((done) => {
      const script = document.createElement('script')
      script.src = ${JSON.stringify(`${endpoint}/_furlong/console/`)}
      script.onload = () => done('loaded'); script.onerror = () => done('refused')
      document.body.append(script)
    })`),
    ).toBe('refused')
    await page.close()
  })

  it('does not answer under the name of a stranger that points here', async () => {
    const page = await context.newPage()
    const evilOrigin = `http://evil.example:${scene.local.port}`
    expect((await page.goto(`${evilOrigin}/_furlong/console/`))?.status()).toBe(403)
    // What the stranger served under that name before it was pointed here.
    await page.route(`${evilOrigin}/start`, (route) =>
      route.fulfill({ contentType: 'text/html', body: 'evil' }),
    )
    await page.goto(`${evilOrigin}/start`)
    const inside = await page.evaluate(
      `fetch('/_furlong/console/api/session', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }).then((r) => r.status, () => 'blocked')`,
    )
    // Newer browsers let no page of the network ask this machine anything.
    expect([403, 'blocked']).toContain(inside)
    await page.close()
  })

  it('keeps its token from a function whose page lies at its origin', async () => {
    await scene.lambda.updateFunctionCode({
      FunctionName: 'public',
      ZipFile: zipSync({
        'index.mjs': strToU8(
          `export const handler = async () => ({ statusCode: 200, headers: { 'content-type': 'text/html' }, body: '<title>of a function</title>' })`,
        ),
      }),
    })
    const { tab: page } = await open()
    const status = (await (
      await fetch(`${scene.local.endpoint}/_furlong/status`, {
        headers: { authorization: `Bearer ${scene.local.side.token}` },
      })
    ).json()) as { urls: { urlId: string; authType: string }[] }
    const urlId = status.urls.find(({ authType }) => authType === 'NONE')?.urlId ?? ''
    // In the very tab of the console: the same session storage, if it were the same origin.
    await page.goto(`${scene.local.endpoint}/_url/${urlId}/`)
    expect(await page.title()).toBe('of a function')
    expect(await page.evaluate('origin')).toBe('null')
    expect(
      await page.evaluate(
        '(() => { try { return sessionStorage.length } catch (error) { return error.name } })()',
      ),
    ).toBe('SecurityError')
    expect(
      await page.evaluate(
        `fetch(${JSON.stringify(`${scene.local.endpoint}/_furlong/console/`)}).then((r) => r.status, (e) => e.name)`,
      ),
    ).toBe('TypeError')
    await page.close()
  })
})
