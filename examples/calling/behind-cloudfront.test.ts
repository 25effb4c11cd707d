/**
 * The viewer's side of docs/calling/behind-cloudfront.md, judged by a function URL that verifies.
 *
 * CloudFront itself cannot run here. In its place stands a server that signs as origin access control is documented
 * to: over the hash that the viewer names, for it does not hash the body itself. Its keys are those of a role, since
 * nobody but AWS can sign as cloudfront.amazonaws.com.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { sign } from '@furlong/sigv4'
import { createClients, grant } from 'furlong'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noAws, type Stage, startStage } from './stage.ts'
import { fetchThroughCloudFront } from './viewer.ts'

const hashOfNothing = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const kept = ['content-type', 'x-amz-content-sha256'] as const

let stage: Stage
let server: Server
let front: string

beforeAll(async () => {
  stage = await startStage()
  await grant(stage.target, { functionName: 'books', to: 'distribution' })
  const credentials = await stage.assumeRole('distribution')
  server = createServer(async (request, response) => {
    const body = await buffer(request)
    const headers = kept.flatMap((name) => {
      const value = request.headers[name]
      return typeof value === 'string' ? [[name, value] as const] : []
    })
    const stated = request.headers['x-amz-content-sha256']
    const signed = sign(
      {
        method: request.method ?? '',
        url: new URL(request.url ?? '', stage.booksUrl).href,
        headers,
        // guess: what OAC signs for a viewer that names no hash; AWS's answer to it is a 403 in any case.
        payloadHash: typeof stated === 'string' ? stated : hashOfNothing,
      },
      { credentials, region: 'us-east-1', service: 'lambda', now: new Date() },
    )
    const answer = await fetch(signed.url, {
      method: signed.method,
      headers: signed.headers.map(([name, value]) => [name, value] as [string, string]),
      ...(body.length === 0 ? {} : { body: new Uint8Array(body) }),
    })
    const types = { 'x-amzn-errortype': answer.headers.get('x-amzn-errortype') ?? '' }
    response.writeHead(answer.status, types).end(await answer.text())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  front = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server?.close()
  await stage?.close()
})

describe('behind CloudFront', () => {
  it('needs nothing of a viewer without a body', async () => {
    const response = await fetchThroughCloudFront(`${front}/book?page=5`)
    expect([response.status, await response.text()]).toEqual([200, '{"page":5}'])
  })

  it.each(['Grüße', new Uint8Array([0, 255, 10]), new URLSearchParams('a=1 2'), new Blob(['x'])])(
    'takes the hash that the viewer sends of %s',
    async (body) => {
      const { status } = await fetchThroughCloudFront(`${front}/book`, { method: 'POST', body })
      expect(status).toBe(201)
    },
  )

  it('passes on what else fetch is told', async () => {
    const init = { method: 'POST', body: 'x', signal: AbortSignal.abort(new Error('enough')) }
    await expect(fetchThroughCloudFront(`${front}/book`, init)).rejects.toThrow('enough')
    const sent: RequestInit[] = []
    const platform = globalThis.fetch
    globalThis.fetch = async (_, passed) => (sent.push(passed ?? {}), new Response())
    try {
      const told = { redirect: 'error', cache: 'no-store', keepalive: true } as const
      await fetchThroughCloudFront(`${front}/book`, told)
      await fetchThroughCloudFront(`${front}/book`, { ...told, method: 'POST', body: 'x' })
      expect(sent).toMatchObject([told, told])
    } finally {
      globalThis.fetch = platform
    }
  })

  it.each([
    ['no hash', {}],
    ['the hash of other bytes', { 'x-amz-content-sha256': hashOfNothing }],
  ])('refuses a body with %s', async (_, headers) => {
    const response = await fetch(`${front}/book`, {
      method: 'POST',
      body: 'Grüße',
      headers: headers as HeadersInit,
    })
    expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([
      403,
      'InvalidSignatureException',
    ])
  })

  it.skipIf(noAws)(
    'takes two statements for the service, kept to one distribution (needs the AWS CLI)',
    async () => {
      const DISTRIBUTION = 'arn:aws:cloudfront::111122223333:distribution/E1PDK09ESKHJWT'
      const ended = await stage.run('grant-cloudfront.sh', { ...stage.local.environment(), DISTRIBUTION })
      expect(ended, ended.stderr).toMatchObject({ code: 0 })
      const lambda = await createClients(stage.target).lambda()
      const { Policy = '' } = await lambda.getPolicy({ FunctionName: 'books' })
      const { Statement } = JSON.parse(Policy) as { Statement: Record<string, unknown>[] }
      const ofCloudFront = Statement.filter(({ Sid }) => String(Sid).startsWith('cloudfront-'))
      const source = { ArnLike: { 'AWS:SourceArn': DISTRIBUTION } }
      expect(
        ofCloudFront.map(({ Action, Principal, Condition }) => ({ Action, Principal, Condition })),
      ).toEqual([
        {
          Action: 'lambda:InvokeFunctionUrl',
          Principal: { Service: 'cloudfront.amazonaws.com' },
          Condition: { StringEquals: { 'lambda:FunctionUrlAuthType': 'AWS_IAM' }, ...source },
        },
        {
          Action: 'lambda:InvokeFunction',
          Principal: { Service: 'cloudfront.amazonaws.com' },
          Condition: { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' }, ...source },
        },
      ])
    },
  )
})
