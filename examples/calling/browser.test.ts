/** The page of docs/calling/from-a-browser.md in a real browser, cross-origin, with keys from STS. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { build } from 'esbuild'
import { createClients, grant } from 'furlong'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fileOf, findMissing, noAws, type Stage, startStage } from './stage.ts'

const executablePath = '/usr/bin/chromium'
const missing = findMissing(executablePath, '--version') || noAws
const launchArguments = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking']

declare const writeBook: (booksUrl: string, title: string) => Promise<string>

async function bundlePage(): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: `export * from './page.ts'`, resolveDir: fileOf('.') },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    conditions: ['@furlong/source'],
    footer: { js: 'globalThis.writeBook = writeBook' },
  })
  return outputFiles[0]!.text
}

describe.skipIf(missing)('from a browser (needs Chromium and the AWS CLI)', () => {
  let stage: Stage
  let server: Server
  let origin: string
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    stage = await startStage()
    Object.assign(process.env, stage.local.environment())
    const { createKeys } = await import('./keys.ts')
    const script = await bundlePage()
    const answers: Readonly<Record<string, () => Promise<Response> | Response>> = {
      '/': () => html('<script type="module" src="/page.js"></script>'),
      '/page.js': () => new Response(script, { headers: { 'content-type': 'text/javascript' } }),
      '/keys': () => createKeys(stage.roleArn('reader'), 'ada'),
    }
    server = createServer(async (request, response) => {
      const find = answers[request.url ?? ''] ?? (() => new Response(null, { status: 404 }))
      try {
        const answer = await find()
        response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text())
      } catch (error) {
        response.writeHead(500).end(String(error))
      }
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    browser = await chromium.launch({ executablePath, args: launchArguments })
    page = await browser.newPage()
    await page.goto(origin)
  }, 60_000)

  afterAll(async () => {
    await browser?.close()
    server?.close()
    await stage?.close()
  })

  const html = (text: string): Response => new Response(text, { headers: { 'content-type': 'text/html' } })
  const write = (): Promise<string> =>
    page.evaluate((url) => writeBook(url, 'Grüße').catch(String), stage.booksUrl)

  it('is held back by the browser until the URL allows the origin', async () => {
    await grant(stage.target, { functionName: 'books', to: 'reader' })
    expect(await write()).toBe('TypeError: Failed to fetch')
  })

  it('is let in once it does', async () => {
    const allowed = await stage.run('allow-origin.sh', { ...stage.local.environment(), ORIGIN: origin })
    expect(allowed, allowed.stderr).toMatchObject({ code: 0 })
    expect(await write()).toBe(JSON.stringify({ written: '{"title":"Grüße"}' }))
    const seen = await page.evaluate(async (url) => {
      const response = await fetch(url, { headers: { authorization: 'none' } }).catch(String)
      return typeof response === 'string' ? response : 'seen'
    }, stage.booksUrl)
    // Refusals come without CORS headers, and look like this to the page.
    expect(seen).toBe('TypeError: Failed to fetch')
  })

  it('sees the headers that clock, pauses and refusals are read from', async () => {
    const lambda = await createClients(stage.target).lambda()
    const { Cors } = await lambda.getFunctionUrlConfig({ FunctionName: 'books' })
    expect(Cors?.ExposeHeaders).toEqual(['date', 'retry-after', 'x-amzn-errortype'])
  })
})
