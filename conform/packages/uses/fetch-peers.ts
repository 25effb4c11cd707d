import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { signAxios } from '@furlong/fetch/axios'
import { createSigningInterceptor } from '@furlong/fetch/undici'
import { create } from 'axios'
import { Agent, request } from 'undici'

const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
}
const options = { credentials, region: 'eu-central-1', service: 'lambda' }
const server = createServer((incoming, response) => response.end(incoming.headers.authorization))
await once(server.listen(0, '127.0.0.1'), 'listening')
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const agent = new Agent()
try {
  const client = create()
  signAxios(client, options)
  assert.match((await client.get<string>(url)).data, /^AWS4-HMAC-SHA256 /)
  const dispatcher = agent.compose(createSigningInterceptor({ ...options, origins: [url] }))
  assert.match(await (await request(url, { dispatcher })).body.text(), /^AWS4-HMAC-SHA256 /)
} finally {
  await agent.close()
  server.close()
}
