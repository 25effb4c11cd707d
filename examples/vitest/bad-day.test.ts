/** What a client does when AWS has a bad day is tested by faults on demand: the same calls are struck in every run. */
import { createSignedFetch, deploy, startLocal, type Local } from 'furlong'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'

const file = (name: string): string => new URL(name, import.meta.url).pathname

let local: Local
let url: string
let get: (path: string) => ReturnType<ReturnType<typeof createSignedFetch>>

beforeAll(async () => {
  local = await startLocal({ memory: true })
  const target = {
    kind: 'local',
    endpoint: local.endpoint,
    region: local.region,
    credentials: local.accounts[0]!,
  } as const
  const books = await deploy(target, { entry: file('books.ts'), name: 'books' })
  url = books.url!.url
  const signedFetch = createSignedFetch({
    region: local.region,
    service: 'lambda',
    credentials: local.accounts[0]!,
    explain: true,
    retry: { attempts: 3, baseDelayMs: 1 },
  })
  get = (path) => signedFetch(`${url}${path}`)
})
afterEach(() => local.faults.clear())
afterAll(() => local.close())

/** How many calls of the function's URL there were since the last time. */
function countCalls(): number {
  const calls = local.records.list().filter((record) => record.kind === 'function-url').length
  const before = seen
  seen = calls
  return calls - before
}
let seen = 0

it('gets through throttles, failures of the service and torn connections', async () => {
  local.faults.add({
    kind: 'throttle',
    reason: 'ConcurrentInvocationLimitExceeded',
    function: 'books',
    count: 2,
  })
  expect((await get('book?page=1')).status).toBe(200)
  expect(countCalls()).toBe(3)

  local.faults.add({ kind: 'reset', before: 'answer', count: 1 })
  local.faults.add({ kind: 'function-error', count: 1 })
  expect((await get('book?page=2')).status).toBe(200)
  expect(countCalls()).toBe(3)

  local.faults.add({ kind: 'service-error', status: 503, rate: 0.5, seed: 4 })
  const statuses = await Promise.all(
    Array.from({ length: 20 }, async (_, page) => (await get(`book?page=${page}`)).status),
  )
  // Three attempts at one half each: about one call in eight is lost, always the same number with this seed.
  expect(statuses.filter((status) => status === 503).length).toBeLessThan(10)
  expect(countCalls()).toBeGreaterThan(20)
})

it('gives up after three attempts, and says which limit it was', async () => {
  local.faults.add({ kind: 'throttle', reason: 'ReservedFunctionInvocationRateLimitExceeded' })
  const response = await get('book?page=1')
  expect(response.status).toBe(429)
  expect(response.refusal).toMatchObject({ kind: 'throttled', reason: 'reserved-concurrency' })
  expect(countCalls()).toBe(3)
})

it('learns the time from a server whose clock is another', async () => {
  local.faults.add({ kind: 'clock-skew', skewSeconds: 3600 })
  expect((await get('book?page=1')).status).toBe(200)
  expect(countCalls()).toBe(2)
  expect((await get('book?page=2')).status).toBe(200)
  expect(countCalls()).toBe(1)
})
