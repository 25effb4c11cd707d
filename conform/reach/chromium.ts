import { createHash, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { presign } from '@furlong/sigv4'
import { chromium } from 'playwright-core'
import { findChromium } from '../sigv4/chromium.ts'
import { judge, type Way } from './reach.ts'
import type { Calls, Stage } from './stage.ts'

/** What a page came to. */
interface BrowserResults {
  readonly results: Partial<Readonly<Record<Way, string>>>
  readonly isHere: boolean
}

/**
 * Opens presigned links in real Chromium: below localhost with nothing set, and at the address on AWS with the flags that
 * `furlong status` prints.
 * @returns the results of both
 */
export async function tryChromium(stage: Stage): Promise<BrowserResults> {
  const executablePath = findChromium()
  if (executablePath === undefined) return { results: { aws: 'not on this machine' }, isHere: false }
  const { port } = new URL(stage.endpoint)
  const [first = ''] =
    /-----BEGIN[^]+?-----END CERTIFICATE-----/.exec(
      await readFile(stage.reach['NODE_EXTRA_CA_CERTS'] ?? '', 'utf8'),
    ) ?? []
  const key = new X509Certificate(first).publicKey.export({ format: 'der', type: 'spki' })
  const flags = [
    `--host-resolver-rules=MAP *.on.aws 127.0.0.1:${port}`,
    `--ignore-certificate-errors-spki-list=${createHash('sha256').update(key).digest('base64')}`,
  ]
  const open = async (url: string, args: readonly string[]): Promise<string> => {
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', ...args] })
    try {
      const page = await browser.newPage()
      const visit = async (accessKeyId = '', secretAccessKey = ''): Promise<Calls['right']> => {
        const request = { method: 'GET', url, headers: [] }
        const link = presign(request, {
          credentials: { accessKeyId, secretAccessKey },
          service: 'lambda',
          region: 'us-east-1',
          now: new Date(),
          expiresInSeconds: 60,
        })
        const response = await page.goto(link.url)
        return [response?.status() ?? 0, (await response?.text()) ?? '']
      }
      const { AWS_ACCESS_KEY_ID: id = '', AWS_SECRET_ACCESS_KEY: secret = '', ...keys } = stage.keys
      return judge({
        right: await visit(id, secret),
        wrongKey: await visit(id, `${secret}x`),
        stranger: await visit(keys['STRANGER_ACCESS_KEY_ID'], keys['STRANGER_SECRET_ACCESS_KEY']),
      })
    } catch (error) {
      return String(error).split('\n')[0]?.slice(0, 160) ?? ''
    } finally {
      await browser.close()
    }
  }
  const { localhost, aws } = stage.urls
  return { results: { localhost: await open(localhost, []), aws: await open(aws, flags) }, isHere: true }
}
