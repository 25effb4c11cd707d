/** A signer as people write it by hand, with one step done wrongly on purpose; hashes are those of node:crypto. */
import { createHash, createHmac } from 'node:crypto'
import { credentials } from './keys.ts'

export interface Slips {
  method?: string
  path?: string
  query?: string
  headers?: readonly (readonly [name: string, value: string])[]
  signedHeaders?: string
  payloadHash?: string
  amzDate?: string
  key?: (secret: string, steps: readonly string[]) => Buffer
  canonicalRequest?: (text: string) => string
  stringToSign?: (text: string) => string
  signature?: (hex: string) => string
}

export const hash = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex')

export const hmac = (key: string | Buffer, data: string): Buffer =>
  createHmac('sha256', key).update(data).digest()

export const deriveKey = (secret: string, steps: readonly string[]): Buffer =>
  steps.reduce<Buffer>((key, step) => hmac(key, step), Buffer.from('AWS4' + secret))

/**
 * Signs.
 * @returns the headers to send
 */
export function signByHand(host: string, slips: Slips = {}): Record<string, string> {
  const amzDate = slips.amzDate ?? new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  const steps = [amzDate.slice(0, 8), 'us-east-1', 'lambda', 'aws4_request']
  const headers = slips.headers ?? [
    ['host', host],
    ['x-amz-date', amzDate],
  ]
  const signedHeaders = slips.signedHeaders ?? headers.map(([name]) => name).join(';')
  const canonical = [
    slips.method ?? 'GET',
    slips.path ?? '/',
    slips.query ?? '',
    ...headers.map(([name, value]) => `${name}:${value.replace('$date', amzDate).replace('$host', host)}`),
    '',
    signedHeaders,
    slips.payloadHash ?? hash(''),
  ].join('\n')
  const canonicalRequest = slips.canonicalRequest?.(canonical) ?? canonical
  const text = ['AWS4-HMAC-SHA256', amzDate, steps.join('/'), hash(canonicalRequest)].join('\n')
  const key = (slips.key ?? deriveKey)(credentials.secretAccessKey, steps)
  const hex = hmac(key, slips.stringToSign?.(text) ?? text).toString('hex')
  return {
    'x-amz-date': amzDate,
    authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${steps.join('/')}, SignedHeaders=${signedHeaders}, Signature=${slips.signature?.(hex) ?? hex}`,
  }
}
