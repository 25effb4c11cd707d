import { createHash, createHmac } from 'node:crypto'
import type { UrlTarget } from './target.ts'

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/**
 * Signs a POST to `/` of the buffered URL over whatever hash is declared: signers that care refuse to.
 *
 * @param target where the suite runs
 * @param declared value of `x-amz-content-sha256`
 * @returns the headers, beside Host
 */
export function signDeclaredHash(target: UrlTarget, declared: string): (readonly [string, string])[] {
  const { accessKeyId, secretAccessKey, sessionToken } = target.callers.granted
  const amzDate = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const signed: [string, string][] = [
    ['host', new URL(target.urls.iam).host],
    ['x-amz-content-sha256', declared],
    ['x-amz-date', amzDate],
    ...(sessionToken === undefined ? [] : [['x-amz-security-token', sessionToken] as [string, string]]),
  ]
  const names = signed.map(([name]) => name).join(';')
  const fields = signed.map(([name, value]) => `${name}:${value}\n`).join('')
  const canonical = ['POST', '/', '', fields, names, declared].join('\n')
  const scope = [amzDate.slice(0, 8), target.region, 'lambda', 'aws4_request']
  const digest = createHash('sha256').update(canonical).digest('hex')
  const key = scope.reduce<string | Buffer>((last, part) => hmac(last, part), `AWS4${secretAccessKey}`)
  const signature = hmac(key, ['AWS4-HMAC-SHA256', amzDate, scope.join('/'), digest].join('\n')).toString(
    'hex',
  )
  return [
    ...signed.slice(1),
    [
      'Authorization',
      `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope.join('/')}, SignedHeaders=${names}, Signature=${signature}`,
    ],
  ]
}
