import { type IncomingMessage, request as openRequest } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseFunctionArn } from '@furlong/iam'
import { type RawRequest, sign } from '@furlong/sigv4'
import { headerOf } from '../exchange.ts'
import { isFunctionUrlHost, parseAuthority } from '../front/own-hosts.ts'
import type { RequestRecord } from '../record/record.ts'
import { everybody } from './callers.ts'
import type { Replay, ReplayInput } from './contract.ts'
import { ConsoleError, type ConsoleParts } from './parts.ts'
import { maxShownBytes, showPayload } from './payload.ts'
import { statusTextOf } from './sent-answer.ts'
import { pairHeaders, restoreHeaders, showHeaders, showRequest } from './sent-request.ts'
import { findCredentials, findSender, readSessionName } from './signers.ts'

type Pairs = readonly (readonly [name: string, value: string])[]

/** What belongs to a signature or to one connection: it is made anew. */
const notSentAgain =
  /^(?:host|authorization|x-amz-date|x-amz-security-token|x-amz-content-sha256|content-length|transfer-encoding|connection|keep-alive|upgrade|expect|te|trailer|proxy-.*)$/i
const signatureParameter =
  /^X-Amz-(?:Algorithm|Credential|Date|Expires|SignedHeaders|Signature|Security-Token)(?:=|$)/i

/** Where a recorded request went, and goes again. */
interface Destination {
  readonly port: number
  readonly host: string
  /** What every target must begin with. */
  readonly prefix: string
}

/** @returns whether a request can be sent once more, and by whom; or a sentence that says why not */
export function findReplay(
  parts: ConsoleParts,
  record: RequestRecord,
): { readonly possible: true; readonly as: string } | { readonly possible: false; readonly says: string } {
  const found = find(parts, record)
  return typeof found === 'string'
    ? { possible: false, says: found }
    : { possible: true, as: findSender(parts, record, found.request) }
}

/**
 * Sends a recorded request once more.
 *
 * @param parts of the side
 * @param record of the request
 * @param input who signs, and what is changed
 * @returns what came of it
 * @throws {ConsoleError} 400 for an edit that is no request, 404 for a caller that is not there, 409 when it cannot be sent
 */
export async function replay(
  parts: ConsoleParts,
  record: RequestRecord,
  { as, edit }: Pick<ReplayInput, 'as' | 'edit'>,
): Promise<Replay> {
  const found = find(parts, record)
  if (typeof found === 'string') throw new ConsoleError(409, found)
  const { request, destination } = found
  const sender = as ?? findSender(parts, record, request)
  const before = pairHeaders(request.rawHeaders)
  const draft = {
    method: edit?.method ?? request.method,
    target: dropSignature(edit?.target ?? request.target),
    headers: (edit === undefined ? before : restoreHeaders(edit.headers, before)).filter(
      ([name]) => !notSentAgain.test(name),
    ),
    body: edit?.body === undefined ? request.body : readBody(edit.body, request),
  }
  if (!draft.target.startsWith(destination.prefix))
    throw new ConsoleError(400, `The target must begin with ${destination.prefix}, as it was sent.`)
  const outgoing = sender === everybody.arn ? draft : signDraft(parts, record, sender, draft, destination)
  const cursor = parts.records.cursor
  const startedMs = performance.now()
  const answer = await send(destination, outgoing)
  const durationMs = Math.round((performance.now() - startedMs) * 1000) / 1000
  const recordId = await findRecordId(parts, answer.headers, cursor, outgoing)
  return {
    recordId,
    as: sender,
    status: answer.status,
    statusText: statusTextOf(answer.status),
    headers: showHeaders(answer.headers),
    body: showPayload(answer.body, answer.length),
    durationMs,
  }
}

function find(
  parts: ConsoleParts,
  record: RequestRecord,
): string | { readonly request: RawRequest; readonly destination: Destination } {
  if (record.kind !== 'function-url') return 'Only calls of function URLs are sent once more.'
  const request = parts.records.exchanges.get(record.id)?.request
  if (request === undefined)
    return 'The request is no longer kept: the latest 2,000 are, as long as they take less than 32 MB, each less than 4 MB.'
  const host = headerOf(request.rawHeaders, 'host') ?? ''
  const authority = parseAuthority(host, 0)
  if (authority !== undefined && isFunctionUrlHost(authority.host))
    return { request, destination: { port: parts.side.port, host, prefix: '/' } }
  const prefix = /^\/_url\/[^/?]+/.exec(request.target)?.[0]
  const port = authority?.port ?? 0
  if (port !== parts.side.port && parts.isUrlPort(port))
    return { request, destination: { port, host, prefix: '/' } }
  if (prefix !== undefined) return { request, destination: { port: parts.side.port, host, prefix } }
  return `Nothing answers at ${host} any more: the function URL was deleted.`
}

interface Draft {
  readonly method: string
  readonly target: string
  readonly headers: Pairs
  readonly body: Uint8Array
}

function signDraft(
  parts: ConsoleParts,
  record: RequestRecord,
  sender: string,
  { method, target, headers, body }: Draft,
  { host }: Destination,
): Draft {
  const credentials = findCredentials(parts, sender, readSessionName(record.caller?.arn))
  const region = parseFunctionArn(record.functionArn ?? '')?.region ?? parts.side.region
  try {
    const signed = sign(
      {
        method,
        url: `http://${host}${target}`,
        headers,
        ...(body.length === 0 ? {} : { body }),
      },
      { credentials, region, service: 'lambda', now: parts.now() },
    )
    const { pathname, search } = new URL(signed.url)
    return { method: signed.method, target: pathname + search, headers: signed.headers, body }
  } catch (error) {
    throw new ConsoleError(
      400,
      `It cannot be signed: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

/** Takes the parameters of a presigned link out of a target. */
export function dropSignature(target: string): string {
  const mark = target.indexOf('?')
  if (mark === -1) return target
  const pairs = target.slice(mark + 1).split('&')
  const kept = pairs.filter((pair) => !signatureParameter.test(pair))
  return kept.length === 0 ? target.slice(0, mark) : `${target.slice(0, mark)}?${kept.join('&')}`
}

function readBody(
  body: NonNullable<NonNullable<ReplayInput['edit']>['body']>,
  request: RawRequest,
): Uint8Array {
  const shown = showRequest(request).body
  if (!shown.isCut && shown.encoding === body.encoding && shown.text === body.text) return request.body
  return Buffer.from(body.text, body.encoding === 'base64' ? 'base64' : 'utf8')
}

interface Answered {
  readonly status: number
  readonly headers: Pairs
  /** Its beginning. */
  readonly body: Buffer
  readonly length: number
}

function send({ port, host }: Destination, { method, target, headers, body }: Draft): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const length: Pairs = body.length === 0 ? [] : [['content-length', String(body.length)]]
    const all = [['host', host] as const, ...headers, ...length]
    try {
      const outgoing = openRequest(
        { host: '127.0.0.1', port, method, path: target, headers: all.flat(), agent: false },
        (response) => void readAnswer(response).then(resolve, reject),
      )
      // The record of a connection that broke says how.
      outgoing.on('error', () => resolve({ status: 0, headers: [], body: Buffer.alloc(0), length: 0 }))
      outgoing.end(body)
    } catch (error) {
      reject(
        new ConsoleError(400, `It cannot be sent: ${error instanceof Error ? error.message : String(error)}`),
      )
    }
  })
}

async function readAnswer(response: IncomingMessage): Promise<Answered> {
  const chunks: Buffer[] = []
  let length = 0
  let status = response.statusCode ?? 0
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      if (length <= maxShownBytes) chunks.push(chunk)
      length += chunk.length
    }
  } catch {
    status = 0
  }
  return { status, headers: pairHeaders(response.rawHeaders), body: Buffer.concat(chunks), length }
}

/** How often the record of an answer is looked for: it is written when the answer is out. */
const looks = 50

async function findRecordId(
  { records }: ConsoleParts,
  headers: Pairs,
  cursor: number,
  { method }: Draft,
): Promise<string> {
  const read = (name: string): string | undefined =>
    headers.find(([other]) => other.toLowerCase() === name)?.[1]
  const told = /([a-z0-9]+)$/.exec(read('x-furlong-why') ?? '')?.[1]
  if (told !== undefined) return told
  const requestId = read('x-amzn-requestid')
  for (let look = 0; look < looks; look += 1) {
    const { records: latest } = records.since(cursor, 1_000)
    const found = latest.findLast((record) =>
      requestId === undefined || record.functionRequestId === undefined
        ? record.kind === 'function-url' && record.method === method
        : record.functionRequestId === requestId,
    )
    if (found !== undefined) return found.id
    await sleep(10)
  }
  return ''
}
