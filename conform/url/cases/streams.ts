/** RESPONSE_STREAM, and what the two modes make of the other kind of function. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Part } from '../case.ts'
import type { Client } from '../client.ts'
import { refusalOf, type Calling } from '../client.ts'
import { valueOf, valuesOf, type WireAnswer } from '../wire.ts'

const failed = { status: 502, type: undefined, body: 'Internal Server Error' }

const parts = (
  client: Client,
  prelude: object,
  texts: readonly string[],
  to: Calling['to'] = 'stream',
): Promise<WireAnswer> =>
  client.call({
    to,
    as: 'granted',
    method: 'POST',
    target: '/parts',
    body: JSON.stringify({ prelude, parts: texts }),
    headers: [['Content-Type', 'application/json']],
  })

const ask = (client: Client, target: string, to: Calling['to'] = 'stream'): Promise<WireAnswer> =>
  client.call({ to, as: 'granted', target })

/** Streams. */
export const streamPart: Part = {
  part: 'streams',
  cases: [
    {
      name: 'the prelude gives status, headers and cookies; the body is chunked',
      mark: 'documented',
      look: async (client) => {
        const prelude = {
          statusCode: 202,
          headers: { 'Content-Type': 'text/x', 'X-One': '1' },
          cookies: ['a=1', 'b=2'],
        }
        const { status, headers, body, complete } = await parts(client, prelude, ['one ', 'two'])
        deepEqual([status, body.toString(), complete], [202, 'one two', true])
        equal(valueOf(headers, 'transfer-encoding'), 'chunked')
        equal(valueOf(headers, 'content-length'), undefined)
        equal(valueOf(headers, 'content-type'), 'text/x')
        equal(valueOf(headers, 'x-one'), '1')
        deepEqual(valuesOf(headers, 'set-cookie'), ['a=1', 'b=2'])
        match(valueOf(headers, 'x-amzn-requestid') ?? '', /^[0-9a-f-]{36}$/)
        ok(valueOf(headers, 'x-amzn-trace-id'))
      },
    },
    {
      name: 'headers are remapped in streams, too',
      mark: 'reported',
      look: async (client) => {
        const prelude = { statusCode: 200, headers: { 'content-length': '99', server: 's' } }
        const { headers, body } = await parts(client, prelude, ['x'])
        equal(valueOf(headers, 'x-amzn-remapped-content-length'), '99')
        equal(valueOf(headers, 'x-amzn-remapped-server'), 's')
        equal(body.toString(), 'x')
      },
    },
    {
      name: 'a prelude without a content type',
      mark: 'guess',
      look: async (client) =>
        equal(
          valueOf((await parts(client, { statusCode: 200 }, ['x'])).headers, 'content-type'),
          'application/octet-stream',
        ),
    },
    {
      name: 'no prelude: status 200 and the stream’s own type',
      mark: 'documented',
      look: async (client) => {
        const bare = await ask(client, '/bare')
        deepEqual(
          [bare.status, valueOf(bare.headers, 'content-type'), bare.body.toString()],
          [200, 'text/x-bare', 'no prelude'],
        )
        const plain = await ask(client, '/default-type')
        deepEqual(
          [plain.status, valueOf(plain.headers, 'content-type'), plain.body.toString()],
          [200, 'application/octet-stream', 'bytes'],
        )
      },
    },
    {
      name: 'events arrive one by one',
      mark: 'reported',
      look: async (client) => {
        const { sharedFolder } = client.target
        const gate = sharedFolder && join(sharedFolder, 'the-first-event-came')
        const seen: string[] = []
        const target = gate === undefined ? '/events' : `/events?after=${encodeURIComponent(gate)}`
        const onBody = (soFar: Buffer): void => {
          seen.push(soFar.toString())
          if (gate !== undefined && soFar.includes('data: 1\n\n')) writeFileSync(gate, '')
        }
        const answer = await client.call({ to: 'stream', as: 'granted', target }, { onBody })
        equal(answer.body.toString(), 'data: 1\n\ndata: 2\n\n')
        ok(seen.includes('data: 1\n\n'), 'the first event came together with the second')
      },
    },
    {
      name: 'an error before the first byte: 502',
      mark: 'reported',
      look: async (client) => deepEqual(refusalOf(await ask(client, '/early-error')), failed),
    },
    {
      name: 'an error after the first byte: the body breaks off',
      mark: 'reported',
      look: async (client) => {
        const { status, body, complete, headers } = await ask(client, '/late-error')
        deepEqual([status, body.toString(), complete], [200, 'first part', false])
        equal(valueOf(headers, 'trailer'), undefined)
      },
    },
    {
      name: 'more than 6 MB pass',
      mark: 'documented',
      look: async (client) => {
        const { status, body, complete } = await ask(client, '/bytes?7000000')
        deepEqual([status, body.length, complete], [200, 7_000_000, true])
      },
    },
    {
      name: 'a 204 in a stream has no body, and the connection goes on',
      mark: 'guess',
      look: async (client) => {
        const { status, body, headers } = await parts(client, { statusCode: 204 }, [''])
        deepEqual([status, body.length], [204, 0])
        equal(valueOf(headers, 'transfer-encoding'), undefined)
      },
    },
    {
      name: 'Content-Encoding and the bytes under it pass as they are',
      mark: 'guess',
      look: async (client) => {
        const prelude = { statusCode: 200, headers: { 'content-encoding': 'x-own' } }
        const { headers, body } = await parts(client, prelude, ['packed'])
        deepEqual([valueOf(headers, 'content-encoding'), body.toString()], ['x-own', 'packed'])
      },
    },
    {
      name: 'HEAD of a stream: no body',
      mark: 'guess',
      look: async (client) => {
        const { status, body } = await client.call({
          to: 'stream',
          as: 'granted',
          method: 'HEAD',
          target: '/bare',
        })
        deepEqual([status, body.length], [200, 0])
      },
    },
    {
      name: 'HTTP/1.0: the stream is ended by the connection, without chunks',
      mark: 'guess',
      look: async (client) => {
        const { status, headers, body } = await client.call({
          to: 'stream',
          as: 'granted',
          version: 'HTTP/1.0',
          target: '/bare',
        })
        equal(valueOf(headers, 'transfer-encoding'), undefined)
        deepEqual([status, body.toString()], [200, 'no prelude'])
      },
    },
    {
      name: 'RESPONSE_STREAM and a function that does not stream: the envelope, verbatim',
      mark: 'reported',
      look: async (client) => {
        const { status, headers, body } = await ask(client, '/', 'streamOfBuffered')
        equal(status, 200)
        deepEqual(JSON.parse(body.toString()), { statusCode: 201, headers: { 'x-own': '1' }, body: 'inside' })
        equal(valueOf(headers, 'x-own'), undefined)
      },
    },
    {
      name: 'BUFFERED and a function that streams: collected, its prelude honoured',
      mark: 'guess',
      look: async (client) => {
        const prelude = { statusCode: 202, headers: { 'content-type': 'text/x' }, cookies: ['a=1'] }
        const { status, headers, body } = await parts(client, prelude, ['one ', 'two'], 'bufferedOfStream')
        deepEqual([status, body.toString()], [202, 'one two'])
        equal(valueOf(headers, 'content-length'), '7')
        equal(valueOf(headers, 'content-type'), 'text/x')
        deepEqual(valuesOf(headers, 'set-cookie'), ['a=1'])
      },
    },
    {
      name: 'BUFFERED and a function that streams: a late error is a 502, and so is more than 6 MB',
      mark: 'guess',
      look: async (client) => {
        deepEqual(refusalOf(await ask(client, '/late-error', 'bufferedOfStream')), failed)
        deepEqual(refusalOf(await ask(client, '/bytes?7000000', 'bufferedOfStream')), failed)
      },
    },
    {
      name: 'a refusal on a URL that streams is not streamed',
      mark: 'reported',
      look: async (client) => {
        const { status, headers } = await client.call({ to: 'stream' })
        equal(status, 403)
        equal(valueOf(headers, 'content-length'), '144')
      },
    },
  ],
}
