import assert from 'node:assert/strict'
import { getCaller, toLambda } from '@furlong/host'
import { serve } from '@furlong/host/serve'

const app = {
  fetch: (request: Request) => new Response(`hello ${getCaller(request)?.accountId ?? 'nobody'}`),
}
assert.equal(typeof toLambda(app), 'function')
const served = await serve(app)
assert.equal(await (await fetch(served.url)).text(), 'hello nobody')
await served.close()

// @ts-expect-error a number is no application
export const wrong = (): unknown => toLambda(5)
