import { createWriteStream } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { RequestRecord } from '@furlong/local'
import type { Side } from '@furlong/local/sides'
import { sign, type Credentials, type HeaderPair } from '@furlong/sigv4'
import { maskText } from '@furlong/sigv4/mask-text'
import { guessContentType, readBody, readHeaders } from '../call-input.ts'
import { type Callee, calleeOptions, chooseCredentials, findCallee } from '../callee.ts'
import type { Command, Invocation, Outcome } from '../command.ts'
import { CliError } from '../errors.ts'
import { listFixes } from '../render/record.ts'
import { send, type OutgoingRequest } from '../send.ts'
import { createSideClient } from '../side-client.ts'
import type { Selection } from '../target.ts'
import { type CallFigures, findUnknownVariable, variableNames, writeOut } from '../write-out.ts'

/** `furlong call` */
export const command: Command = {
  name: 'call',
  summary: 'send a signed request',
  usage: 'call <url|function>[/path] [curl options] [--as <function|role|user>]',
  description: [
    "Signs with the target's credentials and sends, with curl's options. stderr says who called and which policy",
    'let it in; the exit code is 1 for a status of 400 and more. A function is called by its URL.',
  ],
  options: {
    request: { type: 'string', short: 'X', value: '<method>', says: 'method; default GET, POST with -d' },
    data: { type: 'string', short: 'd', multiple: true, value: '<text|@file|@->', says: 'body' },
    header: {
      type: 'string',
      short: 'H',
      multiple: true,
      value: '<Name: value>',
      says: 'header; may be repeated',
    },
    include: { type: 'boolean', short: 'i', says: 'print status and headers too' },
    output: { type: 'string', short: 'o', value: '<file>', takes: 'file', says: 'write the body to a file' },
    'write-out': {
      type: 'string',
      short: 'w',
      value: '<format>',
      says: `text behind the body, as curl's: ${variableNames.map((name) => `%{${name}}`).join(' ')}`,
    },
    'no-buffer': { type: 'boolean', short: 'N', says: 'what comes is printed as it comes in any case' },
    unsigned: { type: 'boolean', says: 'send without a signature' },
    ...calleeOptions,
  },
  positionals: [1, 1],
  examples: [
    ['furlong call "my-function-with-url/book?page=5"', 'a GET, signed as the administrator'],
    [
      `furlong call my-function-with-url/login -d '{"user":"ada"}' --as my-calling-function`,
      "a POST as another function's role",
    ],
    ['furlong call https://<id>.lambda-url.eu-west-1.on.aws/ -i', 'a URL of AWS selects AWS'],
  ],
  run: async (invocation) => {
    const { values, positionals } = invocation
    checkOptions(invocation)
    const callee = await findCallee(invocation, positionals[0] ?? '')
    const credentials = values.flag('unsigned')
      ? undefined
      : await chooseCredentials(invocation, callee.selection)
    const request = await createRequest(invocation, callee, credentials)
    const startedAt = performance.now()
    const response = await send(request)
    return tell(invocation, callee.selection, { request, response, startedAt, headAt: performance.now() })
  },
}

function checkOptions({ values }: Invocation): void {
  const unknown = findUnknownVariable(values.text('write-out') ?? '')
  if (unknown !== undefined) {
    throw values.wrong(`-w knows no %{${unknown}}: one of ${variableNames.join(', ')} is wanted.`)
  }
  const printed = ['include', 'output', 'write-out'].find(
    (name) => values.flag(name) || values.text(name) !== undefined,
  )
  if (printed !== undefined && values.text('format') === 'json') {
    throw values.wrong(`--${printed} does not go with --format json, which holds status, headers and body.`)
  }
}

async function createRequest(
  { values, context, reporter }: Invocation,
  callee: Callee,
  credentials: Credentials | undefined,
): Promise<OutgoingRequest> {
  const body = await readBody(values, context)
  const headers: HeaderPair[] = readHeaders(values)
  const has = (wanted: string): boolean => headers.some(([name]) => name.toLowerCase() === wanted)
  if (!has('user-agent')) headers.push(['user-agent', 'furlong'])
  if (!has('accept')) headers.push(['accept', '*/*'])
  if (body !== undefined && !has('content-type')) {
    const type = guessContentType(body)
    headers.push(['content-type', type])
    reporter.say(reporter.errorPaint('dim', `content-type: ${type} (guessed; -H says another)`))
  }
  const method = values.text('request') ?? (body === undefined ? 'GET' : 'POST')
  const plain = { method, url: callee.url, headers, ...(body === undefined ? {} : { body }) }
  const via = callee.via === undefined ? {} : { via: callee.via }
  if (credentials === undefined) return { ...plain, ...via }
  const options = { credentials, region: callee.region, service: 'lambda', now: context.now() }
  try {
    const { method, url, headers } = sign(plain, options)
    return { ...plain, ...via, method, url, headers }
  } catch (error) {
    // The signer takes nothing that cannot be sent: a method with a blank, a header with a line break.
    throw error instanceof TypeError ? values.wrong(error.message) : error
  }
}

/** A call whose answer has begun, and when, as `performance.now()` has it. */
interface Sent {
  readonly request: OutgoingRequest
  readonly response: IncomingMessage
  readonly startedAt: number
  readonly headAt: number
}

async function tell(invocation: Invocation, selection: Selection, call: Sent): Promise<Outcome> {
  const { values, context, reporter } = invocation
  const { request, response } = call
  const status = response.statusCode ?? 0
  const exitCode = status >= 400 ? 1 : 0
  if (reporter.format === 'json') {
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(Buffer.from(chunk as Uint8Array))
    const record = await findRecord(selection, response)
    const sent = { method: request.method, url: maskText(request.url) }
    const data = {
      request: sent,
      status,
      headers: readHeaderPairs(response),
      ...describeBody(Buffer.concat(chunks)),
      record,
    }
    return { data, exitCode }
  }
  if (values.flag('include')) context.stdout.write(renderHead(response))
  const bytes = await writeBody(invocation, response)
  const format = values.text('write-out')
  if (format !== undefined) context.stdout.write(writeOut(format, { ...createFigures(call), bytes }))
  const record = await findRecord(selection, response)
  for (const line of renderOutcome(status, record))
    reporter.say(reporter.errorPaint(exitCode === 0 ? 'dim' : 'red', line))
  return { exitCode }
}

function createFigures({ request, response, startedAt, headAt }: Sent): Omit<CallFigures, 'bytes'> {
  return {
    response,
    url: request.url,
    method: request.method,
    firstByteSeconds: (headAt - startedAt) / 1000,
    totalSeconds: (performance.now() - startedAt) / 1000,
  }
}

/** Gives back how many bytes there were. */
async function writeBody({ values, context }: Invocation, response: IncomingMessage): Promise<number> {
  let bytes = 0
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      bytes += chunk.length
      yield chunk
    }
  }
  const file = values.text('output')
  if (file !== undefined) {
    try {
      await pipeline(counted, createWriteStream(resolve(context.cwd, file)))
      return bytes
    } catch (error) {
      throw new CliError('unwritable-file', {
        path: file,
        reason: (error as NodeJS.ErrnoException).code ?? String(error),
      })
    }
  }
  let last = 0x0a
  for await (const chunk of counted()) {
    context.stdout.write(chunk)
    last = chunk.at(-1) ?? last
  }
  // A prompt right behind the body is hard to read; a pipe gets the body's bytes and no other.
  if (context.stdout.isTTY === true && last !== 0x0a) context.stdout.write('\n')
  return bytes
}

function renderHead(response: IncomingMessage): string {
  const lines = readHeaderPairs(response).map(([name, value]) => `${name}: ${value}`)
  return [
    `HTTP/${response.httpVersion} ${response.statusCode} ${response.statusMessage}`,
    ...lines,
    '',
    '',
  ].join('\r\n')
}

function readHeaderPairs({ rawHeaders }: IncomingMessage): HeaderPair[] {
  const pairs: HeaderPair[] = []
  for (let index = 0; index < rawHeaders.length; index += 2) {
    pairs.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? ''])
  }
  return pairs
}

function describeBody(body: Buffer): { body: string; isBase64Encoded: boolean } {
  const text = body.toString('utf8')
  const isText = Buffer.from(text, 'utf8').equals(body)
  return { body: isText ? text : body.toString('base64'), isBase64Encoded: !isText }
}

/** The refusal's header names its record; an answer of the function is found by the request id. */
async function findRecord(
  selection: Selection,
  response: IncomingMessage,
): Promise<RequestRecord | undefined> {
  if (selection.kind === 'aws') return undefined
  const client = createSideClient(selection.side satisfies Side)
  const why = response.headers['x-furlong-why']
  const id = typeof why === 'string' ? why.split(' ').at(-1) : undefined
  if (id !== undefined) return client.record(id)
  const requestId = response.headers['x-amzn-requestid']
  const records = await client.records({ limit: 50 })
  return records.find(
    ({ functionRequestId }) => functionRequestId !== undefined && functionRequestId === requestId,
  )
}

function renderOutcome(status: number, record: RequestRecord | undefined): string[] {
  if (record === undefined) return [`→ ${status}`]
  const { caller, refusal, allowedBy = [], notes } = record
  const who = caller === undefined ? 'unknown caller' : caller.arn
  return [
    `→ ${status}  ${who}`,
    ...(refusal === undefined ? allowedBy.map((by) => `  let in by ${by}`) : []),
    ...notes.map((note) => `  note: ${note}`),
    ...(refusal === undefined
      ? []
      : [
          `  refused by ${refusal.gate}: ${refusal.cause}`,
          ...listFixes(refusal)
            .slice(0, 2)
            .map((fix) => `  fix: ${fix}`),
          `  more: npx furlong explain ${record.id}`,
        ]),
  ]
}
