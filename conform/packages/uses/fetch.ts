import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createSignedFetch, FetchError } from '@furlong/fetch'

const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
}
const server = createServer((request, response) => response.end(request.headers.authorization))
await once(server.listen(0, '127.0.0.1'), 'listening')
try {
  const signedFetch = createSignedFetch({ credentials, region: 'eu-central-1', service: 'lambda' })
  const response = await signedFetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/book?page=5`)
  assert.match(await response.text(), /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\//)
  // Without keys and without the optional peer that finds some.
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name]
  await assert.rejects(createSignedFetch()('https://abc.lambda-url.eu-central-1.on.aws/'), FetchError)
} finally {
  server.close()
}

// @ts-expect-error credentials are an object or a function
export const wrong = (): unknown => createSignedFetch({ credentials: 'AKIDEXAMPLE' })
