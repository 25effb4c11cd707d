import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RequestRecord } from '../record/record.ts'
import { type Local, startLocal } from '../start.ts'
import { createAdministrator, deployFunction, grantBoth } from '../testing/deploy-function.ts'

interface Page {
  readonly records: RequestRecord[]
  readonly cursor: number
  readonly next?: number
  readonly dropped: number
}

let folder: string
let local: Local
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'furlong-own-api-'))
  local = await startLocal({ stateFolder: folder, recordPayloads: true })
})
afterAll(async () => {
  await local.close()
  await rm(folder, { recursive: true, force: true })
})

const ask = (path: string, signal?: AbortSignal): Promise<Response> =>
  fetch(`${local.endpoint}/_furlong/${path}`, {
    headers: { authorization: `Bearer ${local.side.token}` },
    ...(signal === undefined ? {} : { signal }),
  })
const page = async (query: string): Promise<Page> => (await (await ask(`records?${query}`)).json()) as Page

describe('/_furlong/records', () => {
  it('lists by filter and by page', async () => {
    for (let at = 0; at < 5; at += 1) await fetch(`${local.endpoint}/_url/${'a'.repeat(32)}/${at}`)
    await fetch(`${local.endpoint}/2015-03-31/functions/`)
    const first = await page('limit=2&gate=route')
    expect(first.records.map(({ url }) => url.at(-1))).toEqual(['4', '3'])
    const second = await page(`limit=2&gate=route&before=${first.next}`)
    expect(second.records.map(({ url }) => url.at(-1))).toEqual(['2', '1'])
    expect((await page('gate=authenticate')).records).toHaveLength(1)
    expect((await page('text=FUNCTIONS&status=4xx')).records).toHaveLength(1)
    expect(first.dropped).toBe(0)
  })

  it.each(['gate=door', 'status=999', 'since=later', 'limit=0', 'before=x'])('refuses %s', async (query) => {
    const response = await ask(`records?${query}`)
    expect(response.status).toBe(400)
    expect(await response.text()).toContain(query.split('=')[0])
  })

  it('keeps event and result as the function saw them, without what they give away', async () => {
    const administrator = createAdministrator(local)
    await deployFunction(administrator, 'echo', 'export const handler = async ({ rawPath }) => ({ rawPath })')
    await administrator.lambda.createFunctionUrlConfig({ FunctionName: 'echo', AuthType: 'NONE' })
    await grantBoth(administrator, 'echo', '*').catch(() => {})
    await administrator.lambda.addPermission({
      FunctionName: 'echo',
      StatementId: 'public',
      Action: 'lambda:InvokeFunctionUrl',
      Principal: '*',
      FunctionUrlAuthType: 'NONE',
    })
    const { FunctionUrl = '' } = await administrator.lambda.getFunctionUrlConfig({ FunctionName: 'echo' })
    const secret = 'Bearer SecretOfSomebody'
    expect((await fetch(`${FunctionUrl}shelf`, { headers: { authorization: secret } })).status).toBe(200)
    const [record] = (await page('function=echo&limit=1')).records
    expect(record?.event?.text).toContain('"rawPath":"/shelf"')
    expect(record?.event?.text).not.toContain('SecretOfSomebody')
    expect(record?.result).toEqual({ text: '{"rawPath":"/shelf"}', bytes: 20 })
  })
})

describe('/_furlong/records/stream', () => {
  it('tells each record once, from a cursor on', async () => {
    const { cursor } = await page('limit=1')
    const stop = new AbortController()
    const response = await ask(`records/stream?after=${cursor}&gate=route`, stop.signal)
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    await fetch(`${local.endpoint}/_url/${'b'.repeat(32)}/`)
    await fetch(`${local.endpoint}/2015-03-31/functions/`)
    await fetch(`${local.endpoint}/_url/${'c'.repeat(32)}/`)
    let text = ''
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString('utf8')
      if (text.includes('"url":"/_url/ccc')) break
    }
    stop.abort()
    expect(text.match(/^event: record$/gm)).toHaveLength(2)
    expect(Number(/^id: (\d+)$/m.exec(text)?.[1])).toBe(cursor + 1)
  })

  it('answers a filter that is none with 400', async () => {
    expect((await ask('records/stream?gate=door')).status).toBe(400)
  })
})
