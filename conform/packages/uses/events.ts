import assert from 'node:assert/strict'
import { createEvent, createResult, readEvent, readResult, type FunctionUrlEvent } from '@furlong/events'

const event: FunctionUrlEvent = createEvent({
  method: 'GET',
  target: '/book?page=5',
  rawHeaders: ['Accept', 'text/plain'],
  body: new Uint8Array(),
  sourceIp: '127.0.0.1',
  httpVersion: '1.1',
  urlId: 'abcdefghijklmnopqrstuvwxyz012345',
  domainName: 'abcdefghijklmnopqrstuvwxyz012345.lambda-url.eu-central-1.on.aws',
  requestId: '11111111-2222-4333-8444-555555555555',
  traceId: 'Root=1-5759e988-bd862e3fe1be46a994272793',
  now: new Date('2026-11-29T12:00:00Z'),
})
assert.equal(readEvent(event).method, 'GET')
const result = createResult({
  statusCode: 200,
  headers: [['content-type', 'text/plain']],
  body: new TextEncoder().encode('hello'),
})
const reading = readResult(new TextEncoder().encode(JSON.stringify(result)))
assert.ok(reading.ok)
assert.equal(reading.response.statusCode, 200)

// @ts-expect-error a status is a number
export const wrong = (): unknown => createResult({ statusCode: '200', headers: [], body: new Uint8Array() })
