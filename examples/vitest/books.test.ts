/** Who may call the service is tested like everything else: in process, without an AWS account. */
import { createClients, createSignedFetch, deploy, grant, startLocal, type Local, type Target } from 'furlong'
import { afterAll, beforeAll, expect, it } from 'vitest'

const file = (name: string): string => new URL(name, import.meta.url).pathname

let local: Local
let target: Target
let url: string

beforeAll(async () => {
  local = await startLocal({ memory: true })
  target = { kind: 'local', endpoint: local.endpoint, region: local.region, credentials: local.accounts[0]! }
  const books = await deploy(target, { entry: file('books.ts'), name: 'books' })
  await deploy(target, { entry: file('reader.ts'), name: 'reader', url: false })
  url = books.url!.url
})
afterAll(() => local.close())

async function read(): Promise<{ status: number; text: string }> {
  const lambda = await createClients(target).lambda()
  const { Payload } = await lambda.invoke({ FunctionName: 'reader', Payload: JSON.stringify({ url }) })
  return JSON.parse(Buffer.from(Payload!).toString('utf8'))
}

it('refuses everybody by default', async () => {
  expect((await fetch(`${url}book?page=5`)).status).toBe(403)
  expect((await read()).status).toBe(403)
  expect(local.records.latestRefusal()?.refusal?.cause).toContain('no policy allows')
})

it('lets the reader in once it is granted, and nobody else', async () => {
  await grant(target, { functionName: 'books', to: 'reader' })
  expect(await read()).toEqual({ status: 200, text: '{"page":5}' })
  const stranger = createSignedFetch({
    region: local.region,
    service: 'lambda',
    credentials: local.mintSession('arn:aws:iam::111122223333:role/books-role'),
  })
  expect((await stranger(`${url}book?page=5`)).status).toBe(403)
})
