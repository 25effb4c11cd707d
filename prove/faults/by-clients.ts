/** Clients that misbehave, over bare connections. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type Fault, expectThat } from './fault.ts'
import { type Stage, withFunction } from './stage.ts'

/** How long an answer may take, in milliseconds. */
const patienceMs = 15_000

const portOf = (url: string): number => Number(new URL(url).port)

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

interface Talk {
  readonly port: number
  readonly bytes: string | Uint8Array
  /** Says that no more comes. */
  readonly isEnded?: boolean
  /** Answers that are waited for; all until the connection ends unless said. */
  readonly answers?: number
}

const statusesOf = (text: string): number[] =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))

/** Says something and hears the statuses of what comes back. */
async function talk({ port, bytes, isEnded = false, answers = Infinity }: Talk): Promise<number[]> {
  const socket = await open(port)
  let text = ''
  const done = new Promise<void>((resolve, fail) => {
    const timer = setTimeout(
      () => fail(new Error(`no end after ${patienceMs} ms: ${text.slice(0, 200)}`)),
      patienceMs,
    )
    socket.on('data', (part: Buffer) => {
      text += part.toString('latin1')
      if (statusesOf(text).length >= answers) resolve()
    })
    socket.once('end', resolve).once('close', resolve)
    void Promise.resolve().finally(() => socket.once('close', () => clearTimeout(timer)))
  })
  socket.write(bytes)
  if (isEnded) socket.end()
  try {
    await done
  } finally {
    socket.destroy()
  }
  return statusesOf(text)
}

async function expectStatuses(
  asked: Promise<number[]>,
  ...wanted: readonly (readonly number[])[]
): Promise<string> {
  const got = await asked
  expectThat(
    wanted.some((one) => one.join() === got.join()),
    `answered ${got.join(', ') || 'nothing'} instead of ${wanted.map((one) => one.join(', ')).join(' or ')}`,
  )
  return got.join(', ') || 'closed'
}

/** Opens connections that do no more than this, serves somebody else meanwhile, and leaves. */
async function hold(stage: Stage, url: string, bytes: string | Uint8Array): Promise<string> {
  const count = 100
  const sockets = await Promise.all(Array.from({ length: count }, () => open(portOf(url))))
  for (const socket of sockets) socket.write(bytes)
  const { status } = await stage.running.signedFetch(`${stage.url}ok`)
  for (const socket of sockets) socket.destroy()
  expectThat(status === 200, `others were answered ${status} meanwhile`)
  return `${count} at once, others 200 meanwhile`
}

/** On a function of its own: what was started for it goes with it. */
type Strike = (stage: Stage, url: string) => Promise<string>

const smuggle = (
  name: string,
  lines: (stage: Stage) => readonly string[],
  body: string,
): [string, Strike] => [
  name,
  async (stage, url) => {
    const bytes = stage.write(`${url}ok`, 'POST', body, lines(stage))
    const statuses = await talk({ port: portOf(url), bytes, isEnded: true })
    // One answer, a refusal, and the end of the connection: what follows is nobody's request.
    expectThat(
      statuses.length === 1 && [400, 501].includes(statuses[0] ?? 0),
      `answered ${statuses.join(', ')}`,
    )
    return `${statuses.join(', ')}, closed`
  },
]

const inner = 'GET /ok HTTP/1.1\r\nHost: inner\r\n\r\n'

const strikes: readonly (readonly [name: string, strike: Strike])[] = [
  ['stall before the first byte', (stage, url) => hold(stage, url, '')],
  ['stall in the head', (stage, url) => hold(stage, url, 'GET / HTTP/1.1\r\nHost: 127')],
  [
    'stall in the body',
    (stage, url) => hold(stage, url, 'POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\nhalf'),
  ],
  [
    'half-close behind a request',
    (stage, url) =>
      expectStatuses(talk({ port: portOf(url), bytes: stage.write(`${url}ok`), isEnded: true }), [200]),
  ],
  [
    'half-close in the middle of a body',
    (stage, url) => {
      const bytes = stage.write(`${url}ok`, 'POST', 'short', ['Content-Length: 500'])
      return expectStatuses(talk({ port: portOf(url), bytes, isEnded: true }), [400], [])
    },
  ],
  [
    'pipeline 50 requests',
    async (stage, url) => {
      const one = stage.write(`${url}ok`)
      const bytes = Buffer.concat(Array.from({ length: 50 }, () => one))
      const statuses = await talk({ port: portOf(url), bytes, answers: 50 })
      expectThat(
        statuses.length === 50 && statuses.every((status) => status === 200),
        `answered ${statuses.join()}`,
      )
      return '50 times 200'
    },
  ],
  [
    'send 1.1 MB of headers',
    (stage, url) => {
      const more = Array.from({ length: 1100 }, (_, at) => `x-${at}: ${'x'.repeat(1000)}`)
      return expectStatuses(
        talk({ port: portOf(url), bytes: stage.write(url, 'GET', '', more), isEnded: true }),
        [431],
      )
    },
  ],
  [
    'send 0.9 MB of headers',
    (stage, url) => {
      const more = Array.from({ length: 900 }, (_, at) => `x-${at}: ${'x'.repeat(980)}`)
      const bytes = stage.write(`${url}ok`, 'GET', '', more)
      return expectStatuses(talk({ port: portOf(url), bytes, answers: 1 }), [200])
    },
  ],
  [
    'announce less than they send',
    (stage, url) => {
      const bytes = stage.write(`${url}ok`, 'POST', 'four and more', ['Content-Length: 4'])
      // Four bytes are another body than was signed, and the rest is no request.
      return expectStatuses(talk({ port: portOf(url), bytes, isEnded: true }), [403, 400], [403], [400])
    },
  ],
  smuggle(
    'smuggle by Content-Length and Transfer-Encoding',
    () => ['Content-Length: 6', 'Transfer-Encoding: chunked'],
    `0\r\n\r\n${inner}`,
  ),
  smuggle(
    'smuggle by Transfer-Encoding and Content-Length',
    () => ['Transfer-Encoding: chunked', 'Content-Length: 4'],
    `5c\r\n${inner}\r\n0\r\n\r\n`,
  ),
  smuggle('smuggle by two lengths', () => ['Content-Length: 0', 'Content-Length: 36'], inner),
  smuggle('smuggle by a coding that is misspelt', () => ['Transfer-Encoding: xchunked'], inner),
  smuggle(
    'smuggle by a coding named twice',
    () => ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'],
    `0\r\n\r\n${inner}`,
  ),
  smuggle('smuggle by a blank before the colon', () => ['Transfer-Encoding : chunked'], `0\r\n\r\n${inner}`),
  smuggle(
    'smuggle by a chunk size that is none',
    () => ['Transfer-Encoding: chunked'],
    `0x5\r\nhello\r\n0\r\n\r\n${inner}`,
  ),
  smuggle('smuggle by a folded header', () => ['Transfer-Encoding:', ' chunked'], `0\r\n\r\n${inner}`),
  [
    'leave before the answer',
    async (stage, url) => {
      const sockets = await Promise.all(Array.from({ length: 20 }, () => open(portOf(url))))
      for (const socket of sockets) {
        socket.write(stage.write(`${url}ok`))
        socket.resetAndDestroy()
      }
      return '20 resets'
    },
  ],
  [
    'speak TLS that is none to the main port',
    async (stage) => {
      const bytes = Buffer.concat([Buffer.from([0x16, 3, 1, 0xff, 0xff]), Buffer.alloc(2000, 7)])
      const statuses = await talk({ port: stage.running.side.port, bytes, isEnded: true })
      expectThat(statuses.length === 0, `answered ${statuses.join()}`)
      return 'closed'
    },
  ],
]

/** Everything that clients do. */
export const faultsByClients: readonly Fault[] = strikes.map(([name, strike]) => ({
  name,
  who: 'client',
  strike: (stage) => withFunction(stage, undefined, (url) => strike(stage, url)),
}))
