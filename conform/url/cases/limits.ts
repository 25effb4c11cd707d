/** Sizes, counted as AWS counts them: on the JSON of the event and of the result. */
import { deepEqual, equal } from 'node:assert/strict'
import type { Part } from '../case.ts'
import { type Event, refusalOf } from '../client.ts'

const maxEventBytes = 6_291_456
const maxResultBytes = 6_291_556

const tooLarge = {
  status: 413,
  type: 'RequestEntityTooLargeException',
  body: `{"message":"Request must be smaller than ${maxEventBytes} bytes for the InvokeFunction operation"}`,
}

/** Limits of requests and answers. */
export const limitPart: Part = {
  part: 'limits',
  cases: [
    {
      name: 'a body larger than an event may be: 413',
      mark: 'guess',
      look: async (client) => {
        const body = Buffer.alloc(maxEventBytes + 1, 120)
        const calling = { to: 'iam', as: 'granted', method: 'POST', body } as const
        deepEqual(refusalOf(await client.call(calling)), tooLarge)
      },
    },
    {
      name: 'a body that is too large as base64 only: 413',
      mark: 'reported',
      look: async (client) => {
        const body = Buffer.alloc(5_000_000, 120)
        const calling = { to: 'iam', as: 'granted', method: 'POST', body } as const
        equal((await client.call(calling)).status, 413)
      },
    },
    {
      name: '4.4 million bytes of binary pass',
      mark: 'reported',
      look: async (client) => {
        const body = Buffer.alloc(4_400_000, 120)
        // The function answers with no more than its own size.
        const answer = await client.call({
          to: 'iam',
          as: 'granted',
          method: 'POST',
          target: '/size?3',
          body,
          headers: [['Content-Type', 'application/octet-stream']],
        })
        deepEqual([answer.status, answer.body.toString()], [200, 'x'])
      },
    },
    {
      name: `a result of ${maxResultBytes} bytes passes, one more byte is 502`,
      mark: 'guess',
      look: async (client) => {
        const size = (bytes: number) => client.call({ to: 'iam', as: 'granted', target: `/size?${bytes}` })
        const largest = await size(maxResultBytes)
        deepEqual([largest.status, largest.body.length], [200, maxResultBytes - 2])
        deepEqual(refusalOf(await size(maxResultBytes + 1)), {
          status: 502,
          type: undefined,
          body: 'Internal Server Error',
        })
      },
    },
    {
      name: 'headers of half a megabyte pass',
      mark: 'documented',
      look: async (client) => {
        const headers = Array.from(
          { length: 64 },
          (_, index) => [`x-long-${index}`, 'v'.repeat(8000)] as const,
        )
        const event: Event = await client.event({ headers })
        equal(event.headers['x-long-63']?.length, 8000)
      },
    },
    {
      name: 'headers of more than 1 MB are refused: 431',
      mark: 'guess',
      look: async (client) => {
        const headers = Array.from(
          { length: 140 },
          (_, index) => [`x-long-${index}`, 'v'.repeat(8000)] as const,
        )
        equal((await client.call({ to: 'iam', as: 'granted', headers })).status, 431)
      },
    },
  ],
}
