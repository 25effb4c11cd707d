import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { chromium } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { keys, startFunctionUrl } from './testing/function-url.node.ts'

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
)

/** What the page does, at another origin than the URL's. */
const script = (base: string): string => `
import { createSignedFetch, isSignatureError } from './index.ts'
const credentials = ${JSON.stringify(keys)}
const options = { credentials, region: 'us-east-1' }
const signedFetch = createSignedFetch({ ...options, timeoutMs: 20000 })
const seen = {}
seen.json = (await signedFetch('${base}a b?q=ü+1', { method: 'POST', body: { text: 'ü'.repeat(5000) } })).status
seen.stream = (await signedFetch('${base}', { method: 'PUT', body: new Blob(['x']).stream() })).status
seen.form = (await signedFetch(new Request('${base}', { method: 'POST', body: new URLSearchParams('a=1') }))).status
const late = createSignedFetch({ ...options, now: () => new Date(Date.now() - 3600000) })
seen.late = (await late('${base}', { method: 'POST', body: 'x' })).status
const wrong = { ...credentials, secretAccessKey: 'wrong' }
const refused = await createSignedFetch({ ...options, credentials: wrong, explain: true })('${base}')
seen.refused = [refused.status, refused.refusal.reason, refused.refusal.diagnosis.length, isSignatureError(refused)]
const aborted = await signedFetch('${base}', { signal: AbortSignal.abort() }).catch((error) => error.name)
const missing = await createSignedFetch({ region: 'us-east-1' })('${base}').catch((error) => error.code)
seen.failures = [aborted, missing]
globalThis.seen = seen
`

describe('createSignedFetch() in Chromium', () => {
  it('signs, learns the time and explains across origins', async (context) => {
    if (executablePath === undefined) {
      context.skip('needs Chromium')
      return
    }
    const url = await startFunctionUrl()
    url.headers = {
      'access-control-allow-origin': '*',
      'access-control-allow-methods': '*',
      'access-control-expose-headers': 'date, x-amzn-errortype',
    }
    const page = createServer((_, response) =>
      response.setHeader('content-type', 'text/html').end('<title>page</title>'),
    )
    await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve))
    const { outputFiles } = await build({
      stdin: { contents: script(url.base), resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'browser',
      conditions: ['@furlong/source'],
    })
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
    try {
      const tab = await browser.newPage()
      await tab.goto(`http://127.0.0.1:${(page.address() as AddressInfo).port}/`)
      await tab.addScriptTag({ type: 'module', content: outputFiles[0]?.text ?? '' })
      await tab.waitForFunction('globalThis.seen')
      expect(await tab.evaluate('globalThis.seen')).toEqual({
        json: 200,
        stream: 200,
        form: 200,
        late: 200,
        refused: [403, 'mismatch', 1, true],
        failures: ['AbortError', 'CredentialsMissing'],
      })
    } finally {
      await browser.close()
      page.closeAllConnections()
      page.close()
      await url.close()
    }
  })
})
