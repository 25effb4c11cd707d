/** One client, one way, all its requests: what came of each. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import type { RequestRecord } from '@furlong/local'
import { askSide } from '../side-process.ts'
import type { Client } from './clients.ts'
import { type MatrixRequest, requests } from './requests.ts'
import type { Reach, Stage, Way } from './stage.ts'

/**
 * What came of a request: `pass`; `refused: <cause>`, as the diagnosis names it; `changed: <what>` when another request
 * arrived than was meant, and a good signature with it; `threw: <text>` when the client sent nothing.
 */
export type Result = string

/** An answer as the programs print it. */
interface Answer {
  readonly id: string
  readonly status?: number
  readonly body?: string
  readonly why?: string
  readonly threw?: string
}

const patienceMs = 180_000

/**
 * Runs a client by one way.
 *
 * @returns the result of each of its requests, by id
 */
export async function tryCells(client: Client, way: Way, stage: Stage): Promise<Map<string, Result>> {
  const taken = requests.filter((request) => client.takes?.(request) ?? true)
  const { before, jobs } =
    client.calls === 'url'
      ? {
          before: stage.reaches[way].before,
          jobs: taken.map((request) => toCall(request, stage.reaches[way])),
        }
      : { before: stage.apiBefore[way === 'aws' ? 'aws' : 'port'], jobs: taken.map(toInvocation) }
  const [program = '', ...args] = [...before, ...(client.command ?? [])]
  const child = spawn(program, args, { env: stage.env, timeout: patienceMs })
  child.stdin.on('error', () => {})
  child.stdin.end(JSON.stringify(jobs))
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  const answers = readAnswers(stdout, stderr)
  const results = new Map<string, Result>()
  for (const request of taken) {
    results.set(
      request.id,
      await judge(
        request,
        answers.find(({ id }) => id === request.id),
        client,
        stage,
      ),
    )
  }
  return results
}

const encode = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

const toCall = (
  { id, method, target, body, contentType, isStreamed = false }: MatrixRequest,
  { origins }: Reach,
): object => ({
  id,
  method,
  url: origins[isStreamed ? 'stream' : 'echo'] + target,
  headers: contentType === undefined ? {} : { 'Content-Type': contentType },
  ...(body === undefined ? {} : { body: encode(body) }),
})

/** The event that the function would get, for clients that hand it over themselves. */
function toInvocation({ id, method, target, body, isStreamed = false }: MatrixRequest): object {
  const [path = '', query = ''] = target.split('?')
  return {
    id,
    functionName: isStreamed ? 'stream' : 'echo',
    payload: JSON.stringify({
      rawPath: `/${path}`,
      rawQueryString: query,
      queryStringParameters: Object.fromEntries(new URLSearchParams(query)),
      requestContext: { http: { method } },
      ...(body === undefined ? {} : { body: encode(body), isBase64Encoded: true }),
    }),
  }
}

function readAnswers(stdout: string, stderr: string): Answer[] {
  try {
    return JSON.parse(stdout) as Answer[]
  } catch {
    throw new Error(`A client ended without its answers: ${stderr.trim().slice(-2000)}`)
  }
}

/** Invoke gives the function's whole result, and a stream with its prelude; a URL, what is made of them. */
function readBody({ isStreamed = false }: MatrixRequest, answer: Answer, { calls }: Client): string {
  const text = Buffer.from(answer.body ?? '', 'base64').toString()
  if (calls === 'url') return text
  return isStreamed ? text.slice(text.lastIndexOf('\0') + 1) : (JSON.parse(text) as { body: string }).body
}

async function judge(
  request: MatrixRequest,
  answer: Answer | undefined,
  client: Client,
  stage: Stage,
): Promise<Result> {
  if (answer === undefined) return 'threw: no answer'
  if (answer.threw !== undefined) return `threw: ${shorten(answer.threw)}`
  if (answer.status === 200) return compare(request, readBody(request, answer, client))
  const id = answer.why?.split(' ').at(-1)
  if (id === undefined) return `status ${answer.status ?? ''}`
  const { refusal } = await askSide<RequestRecord>(stage.running.side, `records/${id}`)
  const [first] = refusal?.diagnoses ?? []
  return first === undefined
    ? `status ${answer.status ?? ''}: ${refusal?.code ?? ''}`
    : `refused: ${first.cause}${first.proof === 'signature-matches' ? '' : '?'}`
}

function compare(request: MatrixRequest, body: string): Result {
  const got = JSON.parse(body) as { method: string; path: string; query: string; body: string }
  if (got.method !== request.method) return `changed: method ${got.method}`
  if (decodeURIComponent(got.path) !== request.path) return `changed: path ${got.path}`
  const pairs = [...new URLSearchParams(got.query)].filter(([name]) => !name.startsWith('X-Amz-'))
  const write = (all: readonly (readonly [string, string])[]): string =>
    all
      .map(([name, value]) => `${name}=${value}`)
      .toSorted()
      .join('&')
  if (write(pairs) !== write(request.pairs)) return `changed: query ${write(pairs)}`
  return got.body === Buffer.from(request.body ?? '').toString('base64') ? 'pass' : 'changed: body'
}

const shorten = (threw: string): string => threw.replaceAll(/\s+/g, ' ').slice(0, 80)
