/** CORS as the URL `cors` has it configured: see README.md. */
import { deepEqual, equal } from 'node:assert/strict'
import type { Part } from '../case.ts'
import type { Calling } from '../client.ts'
import { valueOf, valuesOf, type WireAnswer } from '../wire.ts'

const origin = 'https://app.example'

const preflight: Calling = {
  to: 'cors',
  method: 'OPTIONS',
  headers: [
    ['Origin', origin],
    ['Access-Control-Request-Method', 'GET'],
  ],
}

const corsOf = ({ headers }: WireAnswer): (readonly [string, string])[] =>
  headers.flatMap(([name, value]) => {
    const key = name.toLowerCase()
    return key.startsWith('access-control-') || key === 'vary' ? [[key, value] as const] : []
  })

/** Preflights and the headers of other answers. */
export const corsPart: Part = {
  part: 'CORS',
  cases: [
    {
      name: 'a preflight is answered unsigned and without the function, as captured',
      mark: 'reported',
      look: async (client) => {
        const answer = await client.call(preflight)
        deepEqual([answer.status, answer.body.length], [200, 0])
        equal(valueOf(answer.headers, 'content-type'), 'application/json')
        equal(valueOf(answer.headers, 'content-length'), '0')
        deepEqual(Object.fromEntries(corsOf(answer)), {
          vary: 'Origin',
          'access-control-allow-origin': origin,
          'access-control-allow-headers': 'content-type,x-own',
          'access-control-allow-methods': 'GET,POST',
          'access-control-allow-credentials': 'true',
          'access-control-max-age': '60',
        })
      },
    },
    {
      name: 'a preflight from an origin that is not allowed: 200 and nothing allowed',
      mark: 'guess',
      look: async (client) => {
        const answer = await client.call({
          ...preflight,
          headers: [
            ['Origin', 'https://evil.example'],
            ['Access-Control-Request-Method', 'GET'],
          ],
        })
        deepEqual([answer.status, corsOf(answer)], [200, []])
      },
    },
    {
      name: 'OPTIONS without Access-Control-Request-Method is an ordinary request',
      mark: 'documented',
      look: async (client) =>
        equal((await client.call({ ...preflight, headers: [['Origin', origin]] })).status, 403),
    },
    {
      name: 'an answer of the function gets the headers, beside its own',
      mark: 'documented',
      look: async (client) => {
        const result = { statusCode: 200, body: 'x', headers: { 'Access-Control-Allow-Origin': '*' } }
        const { headers } = await client.returns(result, {
          to: 'cors',
          headers: [
            ['Origin', origin],
            ['Content-Type', 'application/json'],
          ],
        })
        deepEqual(valuesOf(headers, 'access-control-allow-origin'), ['*', origin])
        deepEqual(valuesOf(headers, 'access-control-expose-headers'), ['x-shown'])
        deepEqual(valuesOf(headers, 'vary'), ['Origin'])
      },
    },
    {
      name: 'without Origin, or with another one, there are none',
      mark: 'reported',
      look: async (client) => {
        const calling = { to: 'cors', as: 'granted' } as const
        deepEqual(corsOf(await client.call(calling)), [])
        const other = await client.call({ ...calling, headers: [['Origin', 'https://evil.example']] })
        deepEqual([other.status, corsOf(other)], [200, []])
      },
    },
    {
      name: 'the origin * reflects',
      mark: 'reported',
      look: async (client) => {
        const answer = await client.call({
          to: 'public',
          method: 'OPTIONS',
          headers: preflight.headers ?? [],
        })
        equal(valueOf(answer.headers, 'access-control-allow-origin'), origin)
        equal(valueOf(answer.headers, 'vary'), 'Origin')
      },
    },
  ],
}
