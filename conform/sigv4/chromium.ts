import { accessSync, constants } from 'node:fs'
import { createServer } from 'node:http'
import { delimiter, join } from 'node:path'
import { chromium } from 'playwright-core'
import type { SuiteRow } from './check.ts'
import type { Vectors } from './vectors.ts'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/**
 * Finds the system's Chromium.
 * @returns its path, or undefined where there is none
 */
export function findChromium(): string | undefined {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const found = names.map((name) => join(folder, name)).find(isExecutable)
    if (found !== undefined) return found
  }
  return undefined
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const page = `<!doctype html><title>conform</title><script type="module">
import { runHere } from '/suite.js'
const vectors = await (await fetch('/vectors.json')).json()
const inWorker = new Promise((done, fail) => {
  const worker = new Worker('/worker.js', { type: 'module' })
  worker.onmessage = ({ data }) => done(data)
  worker.onerror = (event) => fail(new Error(event.message))
  worker.postMessage(vectors)
})
window.inPage = runHere(vectors)
window.inWorker = inWorker
window.isReady = true
</script>`

const worker = `import { runHere } from '/suite.js'
self.onmessage = async ({ data }) => self.postMessage(await runHere(data))`

/** What the suite came to in a browser. */
export interface BrowserRun {
  readonly version: string
  readonly inPage: readonly SuiteRow[]
  readonly inWorker: readonly SuiteRow[]
}

/**
 * Runs a bundled suite in real Chromium: in a page of the loopback, and in a worker of that page.
 * @param executablePath the browser
 * @param bundle the text of the bundle
 * @param vectors the data
 */
export async function runInChromium(
  executablePath: string,
  bundle: string,
  vectors: Vectors,
): Promise<BrowserRun> {
  const files: Readonly<Record<string, readonly [type: string, text: string]>> = {
    '/': ['text/html', page],
    '/suite.js': ['text/javascript', bundle],
    '/worker.js': ['text/javascript', worker],
    '/vectors.json': ['application/json', JSON.stringify(vectors)],
  }
  const server = createServer(({ url = '' }, response) => {
    const [type, text] = (Object.hasOwn(files, url) ? files[url] : undefined) ?? ['', '']
    response.writeHead(type === '' ? 404 : 200, { 'content-type': `${type}; charset=utf-8` }).end(text)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const args = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking']
  const browser = await chromium.launch({ executablePath, args })
  try {
    const opened = await browser.newPage()
    await opened.goto(`http://127.0.0.1:${port}/`)
    await opened.waitForFunction('window.isReady')
    const inPage = await opened.evaluate<SuiteRow[]>('window.inPage')
    const inWorker = await opened.evaluate<SuiteRow[]>('window.inWorker')
    return { version: browser.version(), inPage, inWorker }
  } finally {
    await browser.close()
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  }
}
