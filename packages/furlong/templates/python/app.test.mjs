/** The application behind its function URL, on a local side in this process: no account, nothing to clean up. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createSignedFetch, deploy, grant, startLocal } from 'furlong'

let local
let owner
let stranger
let target
let url

before(async () => {
  local = await startLocal({ memory: true })
  ;[owner, stranger] = local.accounts
  target = { kind: 'local', endpoint: local.endpoint, region: local.region, credentials: owner }
  // The packages of requirements.txt are installed into the function's bundle, for the Python of this machine.
  const deployment = await deploy(target, { entry: 'app.py', cwd: import.meta.dirname, name: 'app' })
  url = deployment.url.url
})

after(() => local?.close())

/** A fetch that signs with the keys of an account's administrator. */
const fetchAs = (credentials) => createSignedFetch({ service: 'lambda', region: local.region, credentials })

test('answers a caller of its own account, and knows who it is', async () => {
  const response = await fetchAs(owner)(url)
  assert.equal(response.status, 200)
  assert.match((await response.json()).hello, /^arn:aws:iam::/)
})

test('takes and gives JSON', async () => {
  const response = await fetchAs(owner)(`${url}echo`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ page: 5 }),
  })
  assert.deepEqual(await response.json(), { page: 5 })
})

test('refuses whoever does not sign', async () => {
  assert.equal((await fetch(url)).status, 403)
})

test('lets another account in once it is granted both permissions', async () => {
  assert.equal((await fetchAs(stranger)(url)).status, 403)
  await grant(target, { functionName: 'app', to: stranger.accountId })
  assert.equal((await fetchAs(stranger)(url)).status, 200)
})
