/** The application behind its function URL, on a local side in this process: no account, nothing to clean up. */
import { createSignedFetch, deploy, grant, startLocal, type Local, type Target } from 'furlong'
import { afterAll, beforeAll, expect, it } from 'vitest'

type Account = Local['accounts'][number]

let local: Local
let owner: Account
let stranger: Account
let target: Target
let url: string

beforeAll(async () => {
  local = await startLocal({ memory: true })
  ;[owner, stranger] = local.accounts as [Account, Account]
  target = { kind: 'local', endpoint: local.endpoint, region: local.region, credentials: owner }
  const deployment = await deploy(target, { entry: 'app.ts', cwd: import.meta.dirname, name: 'app' })
  url = deployment.url?.url ?? ''
}, 60_000)

afterAll(() => local.close())

/** A fetch that signs with the keys of an account's administrator. */
const fetchAs = (credentials: Account): typeof fetch =>
  createSignedFetch({ service: 'lambda', region: local.region, credentials })

it('answers a caller of its own account, and knows who it is', async () => {
  const response = await fetchAs(owner)(url)
  expect(response.status).toBe(200)
  expect(await response.json()).toEqual({ hello: expect.stringContaining('arn:aws:iam::') })
})

it('takes and gives JSON', async () => {
  const response = await fetchAs(owner)(`${url}echo`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ page: 5 }),
  })
  expect(await response.json()).toEqual({ page: 5 })
})

it('refuses whoever does not sign', async () => {
  expect((await fetch(url)).status).toBe(403)
})

it('lets another account in once it is granted both permissions', async () => {
  expect((await fetchAs(stranger)(url)).status).toBe(403)
  await grant(target, { functionName: 'app', to: stranger.accountId })
  expect((await fetchAs(stranger)(url)).status).toBe(200)
})
