/** What the front takes and refuses of HTTP itself. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import type { Case, Part } from '../case.ts'
import type { Client, Event } from '../client.ts'
import { talk, valueOf, type WireAnswer } from '../wire.ts'

/** Sends a head as it is written here, `HOST` standing for the URL's own host, to the public URL. */
async function raw({ target }: Client, text: string, count = 1): Promise<WireAnswer[]> {
  const { public: url } = target.urls
  return await talk(url, text.replaceAll('HOST', new URL(url).host), count)
}

/** Two readers could understand these differently, or one of them not at all: no answer but a refusal, and no second request. */
const ambiguous: Readonly<Record<string, string>> = {
  'Content-Length beside Transfer-Encoding':
    'POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: HOST\r\n\r\n',
  'two different Content-Length':
    'POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdefGET /smuggled HTTP/1.1\r\nHost: HOST\r\n\r\n',
  'a list as Content-Length': 'POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 5, 5\r\n\r\nabcde',
  'a signed Content-Length': 'POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: +5\r\n\r\nabcde',
  'a Content-Length that is no number': 'POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: five\r\n\r\nabcde',
  'a chunk size that is no number':
    'POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n',
  'a chunk that is longer than its size':
    'POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n',
  'another coding before chunked':
    'POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
  'a coding that is not the last':
    'POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n',
  'Transfer-Encoding twice':
    'POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'an obscured Transfer-Encoding':
    'POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n',
  'a blank before the colon': 'POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length : 5\r\n\r\nabcde',
  'a folded header': 'GET / HTTP/1.1\r\nHost: HOST\r\nX-Folded: a\r\n b\r\n\r\n',
  'a NUL in a header': 'GET / HTTP/1.1\r\nHost: HOST\r\nX-Nul: a\0b\r\n\r\n',
  'a bare line feed': 'GET / HTTP/1.1\nHost: HOST\n\n',
  'Host twice': 'GET / HTTP/1.1\r\nHost: HOST\r\nHost: other.example\r\n\r\n',
  'no Host': 'GET / HTTP/1.1\r\nX-Other: 1\r\n\r\n',
}

const malformed: Readonly<Record<string, string>> = {
  'no HTTP at all': 'hello\r\n\r\n',
  'a request line without a version': 'GET /\r\nHost: HOST\r\n\r\n',
  'another protocol': 'GET / FTP/1.1\r\nHost: HOST\r\n\r\n',
  'HTTP/2.0 in a request line': 'GET / HTTP/2.0\r\nHost: HOST\r\n\r\n',
  'a blank in the target': 'GET /a b HTTP/1.1\r\nHost: HOST\r\n\r\n',
  'a header without a colon': 'GET / HTTP/1.1\r\nHost: HOST\r\nnocolon\r\n\r\n',
  'a header name that is no token': 'GET / HTTP/1.1\r\nHost: HOST\r\nb(d: 1\r\n\r\n',
}

const refuses = (name: string, text: string): Case => ({
  name: `${name}: refused, connection closed`,
  mark: 'guess',
  look: async (client) => {
    // Two answers are waited for: a second one would be that of a smuggled request.
    const answers = await raw(client, text, 2)
    equal(answers.length, 1)
    const [answer] = answers
    ok(answer)
    match(String(answer.status), /^(?:400|501|505)$/)
    equal(valueOf(answer.headers, 'connection'), 'close')
  },
})

const eventOf = (answer: WireAnswer | undefined): Event => {
  equal(answer?.status, 200)
  return JSON.parse(answer?.body.toString() ?? '') as Event
}

/** The wire, both of what is taken and of what is refused. */
export const wirePart: Part = {
  part: 'HTTP',
  cases: [
    ...Object.entries(ambiguous).map(([name, text]) => refuses(name, text)),
    ...Object.entries(malformed).map(([name, text]) => refuses(name, text)),
    {
      name: 'a chunked body is put together, and its framing is not shown',
      mark: 'guess',
      look: async (client) => {
        const event = await client.event({
          method: 'POST',
          chunks: ['one ', 'two'],
          headers: [['Content-Type', 'text/plain']],
        })
        equal(event.body, 'one two')
        equal(event.headers['transfer-encoding'], undefined)
      },
    },
    {
      name: 'Expect: 100-continue is answered before the body comes',
      mark: 'guess',
      look: async (client) => {
        const calling = {
          to: 'iam',
          as: 'granted',
          method: 'POST',
          body: 'later',
          headers: [
            ['Expect', '100-continue'],
            ['Content-Type', 'text/plain'],
          ],
        } as const
        const { head, body } = client.spell(calling)
        const [first, second] = await talk(client.target.urls.iam, head, 2, { later: [body] })
        equal(first?.status, 100)
        equal(eventOf(second).body, 'later')
      },
    },
    {
      name: 'HTTP/1.0 is taken, and the connection ends with the answer',
      mark: 'guess',
      look: async (client) => {
        const [answer] = await raw(client, 'GET /old HTTP/1.0\r\nHost: HOST\r\n\r\n')
        equal(eventOf(answer).requestContext.http['protocol'], 'HTTP/1.0')
        equal(valueOf(answer?.headers ?? [], 'connection'), 'close')
      },
    },
    {
      name: 'requests that come before the answers are answered in order',
      mark: 'guess',
      look: async (client) => {
        const one = (path: string) => `GET ${path} HTTP/1.1\r\nHost: HOST\r\n\r\n`
        const answers = await raw(client, one('/first') + one('/second') + one('/third'), 3)
        deepEqual(
          answers.map((answer) => eventOf(answer).rawPath),
          ['/first', '/second', '/third'],
        )
      },
    },
    {
      name: 'a connection is used again, and Connection: close ends it',
      mark: 'reported',
      look: async (client) => {
        const answers = await raw(
          client,
          'GET /1 HTTP/1.1\r\nHost: HOST\r\n\r\nGET /2 HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n',
          3,
        )
        deepEqual(
          answers.map(({ headers }) => valueOf(headers, 'connection')),
          ['keep-alive', 'close'],
        )
      },
    },
    {
      name: 'a WebSocket handshake is not taken up: an ordinary request',
      mark: 'guess',
      look: async (client) => {
        const [answer] = await raw(
          client,
          'GET /socket HTTP/1.1\r\nHost: HOST\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
        )
        equal(eventOf(answer).rawPath, '/socket')
        equal(valueOf(answer?.headers ?? [], 'upgrade'), undefined)
      },
    },
    {
      name: 'a client that says it sends no more still gets its answer',
      mark: 'guess',
      look: async (client) => {
        const { head, body } = client.spell({ to: 'iam', as: 'granted', method: 'POST', body: 'x' })
        const [answer] = await talk(client.target.urls.iam, head, 1, { later: [body], half: true })
        equal(answer?.status, 200)
      },
    },
    {
      name: 'a request that comes a few bytes at a time is read',
      mark: 'guess',
      localOnly: true,
      look: async (client) => {
        const { head, body } = client.spell({
          to: 'iam',
          as: 'granted',
          method: 'POST',
          body: 'slowly',
          headers: [['Content-Type', 'text/plain']],
        })
        const [first = '', ...rest] = (head + body.toString('latin1')).match(/[^]{1,7}/g) ?? []
        const [answer] = await talk(client.target.urls.iam, first, 1, { later: rest })
        equal(eventOf(answer).body, 'slowly')
      },
    },
    {
      name: 'the absolute form of a target is read as its path',
      mark: 'guess',
      localOnly: true,
      look: async (client) => {
        const [answer] = await raw(client, 'GET http://HOST/absolute?q=1 HTTP/1.1\r\nHost: HOST\r\n\r\n')
        const { rawPath, rawQueryString } = eventOf(answer)
        deepEqual([rawPath, rawQueryString], ['/absolute', 'q=1'])
      },
    },
    {
      name: 'octets beyond ASCII in a header reach the function',
      mark: 'guess',
      look: async (client) => {
        const [answer] = await raw(client, 'GET / HTTP/1.1\r\nHost: HOST\r\nX-Name: caf\xe9\r\n\r\n')
        equal(eventOf(answer).headers['x-name'], 'caf\xe9')
      },
    },
  ],
}
