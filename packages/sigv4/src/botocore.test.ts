import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { parseAmzDate } from './amz-date.ts'
import { presign, sign, verify } from './index.ts'

/** Signs each request of its input with botocore, on the URL that `sign` says to send. */
const program = `
import json, sys, datetime
import botocore.auth, botocore.awsrequest, botocore.credentials
given = json.load(sys.stdin)
moment = datetime.datetime(2026, 11, 22, 9, 45, 0)
class Clock(datetime.datetime):
    @classmethod
    def utcnow(cls):
        return moment
botocore.auth.get_current_datetime = lambda remove_tzinfo=True: moment
botocore.auth.datetime = Clock
keys = botocore.credentials.Credentials(given['accessKeyId'], given['secretAccessKey'], given['sessionToken'])
answer = []
for one in given['requests']:
    request = botocore.awsrequest.AWSRequest(method=one['method'], url=one['url'], data=one['body'].encode(), headers=dict(one['headers']))
    botocore.auth.SigV4Auth(keys, 'lambda', 'us-east-1').add_auth(request)
    query = botocore.awsrequest.AWSRequest(method='GET', url=one['url'])
    botocore.auth.SigV4QueryAuth(keys, 'lambda', 'us-east-1', expires=300).add_auth(query)
    answer.append({'headers': list(request.headers.items()), 'url': query.url})
json.dump(answer, sys.stdout)
`

interface Answer {
  headers: [string, string][]
  url: string
}

const credentials = {
  accessKeyId: 'ASIAEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: 'IQoJb3JpZ2luX2VjEXAMPLE//token+==',
}
const host = 'https://abcdefghijklmnopqrstuvwxyz012345.lambda-url.us-east-1.on.aws'
const now = parseAmzDate('20261122T094500Z')!
const signing = { credentials, region: 'us-east-1', service: 'lambda', now }
const paths = [
  '/',
  '/a b/ü',
  '//a//../b/.',
  '/%2F%25/(x)!',
  '/?q=a+b&flag&=x&b=2&a=1&a=0&A=3',
  '/?t=10:30/*',
  '/{id}?é=ß',
]
const requests = paths.flatMap((path) => [
  {
    method: 'GET',
    url: sign({ method: 'GET', url: host + path }, signing).url,
    body: '',
    headers: [] as [string, string][],
  },
  {
    method: 'POST',
    url: sign({ method: 'POST', url: host + path }, signing).url,
    body: '{"ü": 1}',
    headers: [
      ['Content-Type', 'application/json'],
      ['X-Spaced', '  a   b '],
    ] as [string, string][],
  },
])
const hasBotocore = spawnSync('python3', ['-c', 'import botocore.auth']).status === 0

describe('botocore', () => {
  if (!hasBotocore) {
    it.skip('is not here: install python3 with botocore to sign against it', () => {})
    return
  }
  const run = spawnSync('python3', ['-c', program], {
    input: JSON.stringify({ ...credentials, requests }),
    encoding: 'utf8',
  })
  const answers = JSON.parse(run.stdout || '[]') as Answer[]
  const pairs = requests.map(
    (request, index) =>
      [`${request.method} ${request.url.slice(host.length)}`, request, answers[index]] as const,
  )

  it.each(pairs)('signs %s alike', (_, request, answer) => {
    expect(run.stderr).toBe('')
    const date = answer?.headers.find(([name]) => name === 'X-Amz-Date')?.[1]
    expect(date).toBe('20261122T094500Z')
    const signed = sign(
      request.body === '' ? { method: request.method, url: request.url, headers: request.headers } : request,
      signing,
    )
    const authorization = answer?.headers.find(([name]) => name === 'Authorization')?.[1]
    if (request.body === '') expect(signed.headers.at(-1)?.[1]).toBe(authorization)
    const signatureOf = (url: string) => new URL(url).searchParams.get('X-Amz-Signature')
    const presigned = presign({ method: 'GET', url: request.url }, { ...signing, expiresInSeconds: 300 })
    // botocore keeps one value of a repeated name, and sends what it kept.
    if (!request.url.includes('&a=0')) expect(signatureOf(presigned.url)).toBe(signatureOf(answer?.url ?? ''))
    const options = { lookup: () => credentials, region: 'us-east-1', service: 'lambda', now }
    const given = new URL(answer?.url ?? '')
    const target = given.href.slice(given.origin.length)
    const received = { method: 'GET', target, rawHeaders: ['Host', given.host], body: new Uint8Array() }
    expect(verify(received, options)).toMatchObject({ ok: true, form: 'presigned' })
    const sent = new URL(request.url)
    const result = verify(
      {
        method: request.method,
        target: sent.pathname + sent.search,
        rawHeaders: ['Host', sent.host, ...(answer?.headers ?? []).flat()],
        body: new TextEncoder().encode(request.body),
      },
      options,
    )
    expect(result).toMatchObject({ ok: true, accessKeyId: 'ASIAEXAMPLE' })
  })
})
