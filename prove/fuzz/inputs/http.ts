/** Raw bytes into the front door of a running side. */
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { IAM } from '@aws-sdk/client-iam'
import { Lambda } from '@aws-sdk/client-lambda'
import { trustPolicy } from '@furlong/aws'
import { strToU8, zipSync } from 'fflate'
import { startLocal } from '../../../packages/local/src/start.ts'
import type { Random } from '../../../conform/fuzz/random.ts'
import { broken, type FuzzInput } from '../input.ts'
import { mutate, readCorpus } from '../mutate.ts'

/** How long a connection may be silent once everything was said to it, in milliseconds. */
const patienceMs = 20_000
const atOnce = 8

const tokens = [
  'Content-Length: 5\r\n',
  'Content-Length: 99999999999\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding: gzip, chunked\r\n',
  'Transfer-Encoding : chunked\r\n',
  'Expect: 100-continue\r\n',
  'Connection: close\r\n',
  'Upgrade: h2c\r\n',
  'Host: 127.0.0.1\r\n',
  'HTTP/1.0',
  'HTTP/2.0',
  'CONNECT ',
  'OPTIONS * ',
  'http://127.0.0.1/',
  '0\r\n\r\n',
  '\r\n\r\n',
  'Authorization: AWS4-HMAC-SHA256 Credential=a/b/c/lambda/aws4_request, SignedHeaders=host, Signature=0\r\n',
  '/_furlong/status',
  '/_url/',
  '/2015-03-31/functions/',
  'Action=ListUsers&Version=2010-05-08',
]

/** Text that only the function says, and only to callers who were let in: nobody signs here. */
const secretAnswer = 'nobody who did not sign sees this'

/** Connections. */
export const http: FuzzInput = {
  says: 'bytes into the front door: answered or closed, never let in, the next caller served',
  open: async () => {
    const local = await startLocal({ memory: true })
    const url = new URL(await createFunction(local))
    const corpus = readCorpus('http')
    const waiting = new Set<Promise<string>>()
    const ask = async (bytes: Buffer, port: number): Promise<string> => {
      const answer = await talk(port, bytes)
      if (answer.includes(secretAnswer)) broken('an unsigned request was let in', bytes.toString('latin1'))
      return classify(answer, bytes)
    }
    const check = async (random: Random, index: number): Promise<string> => {
      const bytes = mutate(random, index, corpus, tokens)
      waiting.add(ask(bytes, random.chance(0.5) ? Number(url.port) : local.port))
      if (waiting.size < atOnce) return 'sent'
      const all = [...waiting]
      waiting.clear()
      const [outcome = 'sent'] = await Promise.all(all)
      return outcome
    }
    return {
      check,
      close: async () => {
        await Promise.all(waiting)
        const last = await talk(
          local.port,
          Buffer.from('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n'),
        )
        if (!last.startsWith('HTTP/1.1 403')) broken('the next caller is not answered', last)
        await local.close()
        await sleep(50)
      },
    }
  },
}

async function createFunction(local: Awaited<ReturnType<typeof startLocal>>): Promise<string> {
  const [account] = local.accounts
  if (account === undefined) throw new TypeError('The side has no account.')
  const configuration = { endpoint: local.endpoint, region: local.region, credentials: { ...account } }
  const [lambda, iam] = [new Lambda(configuration), new IAM(configuration)]
  const { Role } = await iam.createRole({
    RoleName: 'fuzz',
    AssumeRolePolicyDocument: trustPolicy,
  })
  const source = `export const handler = async () => '${secretAnswer}'`
  await lambda.createFunction({
    FunctionName: 'fuzz',
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Role: Role?.Arn,
    Code: { ZipFile: zipSync({ 'index.mjs': strToU8(source) }) },
  })
  const { FunctionUrl = '' } = await lambda.createFunctionUrlConfig({
    FunctionName: 'fuzz',
    AuthType: 'AWS_IAM',
  })
  lambda.destroy()
  iam.destroy()
  return FunctionUrl
}

/** Says everything and no more, and hears until the other side has ended. */
function talk(port: number, bytes: Buffer): Promise<string> {
  return new Promise((done, fail) => {
    const parts: Buffer[] = []
    const socket = connect({ port, host: '127.0.0.1' })
    const timer = setTimeout(() => {
      socket.destroy()
      fail(new Error(`silent for ${patienceMs} ms: ${JSON.stringify(bytes.toString('latin1'))}`))
    }, patienceMs)
    socket.on('data', (part) => parts.push(part))
    socket.on('error', () => {})
    socket.once('close', () => {
      clearTimeout(timer)
      done(Buffer.concat(parts).toString('latin1'))
    })
    socket.end(bytes)
  })
}

function classify(answer: string, bytes: Buffer): string {
  const [first = ''] = answer.split('\r\n', 1)
  if (first === '') return 'closed'
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1]
  if (status === undefined)
    broken(`an answer that begins with ${JSON.stringify(first.slice(0, 80))}`, bytes.toString('latin1'))
  if (status === '500') broken('furlong itself failed', bytes.toString('latin1'))
  return status
}
