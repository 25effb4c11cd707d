import { randomUUID } from 'node:crypto'
import type { IamAuthorizer } from '@furlong/events'
import { createEvent, maxEventBytes } from '@furlong/events'
import { readAuthorization } from '@furlong/sigv4'
import { authenticate, explainFailure } from '../auth/authenticate.ts'
import type { Caller } from '../auth/caller.ts'
import type { CompiledPolicies } from '../auth/compiled-policies.ts'
import { sourceIpOf } from '../auth/http-facts.ts'
import type { Invoker } from '../admit/index.ts'
import { type Faults, strikeAuthentication } from '../faults/index.ts'
import { LocalError } from '../errors.ts'
import { headerOf, type Exchange } from '../exchange.ts'
import type { Reply } from '../front/reply.ts'
import type { UrlRoute } from '../front/routing.ts'
import type { Refusal } from '../record/record.ts'
import type { Store } from '../store/store.ts'
import {
  type ErrorAnswer,
  eventTooLarge,
  forbidden,
  functionFailed,
  noSuchUrl,
  signatureRefused,
  serviceFailed,
  throttled,
  toReply,
} from './answers.ts'
import { preflightHeaders } from './cors.ts'
import { mayInvoke } from './may-invoke.ts'
import { respond } from './respond.ts'
import { type AliaslessUrl, findUrlFunction, type UrlFunction } from './url-function.ts'

/** What serving a function URL needs. */
export interface UrlServices {
  readonly store: Store
  readonly policies: CompiledPolicies
  readonly invoker: Invoker
  readonly faults: Faults
  /** Where a function's code lies unpacked. */
  readonly codeFolder: (codeSha256: string) => string
}

/**
 * Takes a request through the gates of a function URL, in AWS's order: route, preflight, signature, authorization,
 * limits, invoke, respond. Each gate writes into the record; the first that refuses answers.
 *
 * @param exchange the request
 * @param route the URL it is for, and its target as the function sees it: without the local path prefix
 * @param services the side's parts
 * @returns how the request is to be answered
 */
export async function serveFunctionUrl(
  exchange: Exchange,
  route: UrlRoute,
  services: UrlServices,
): Promise<Reply> {
  const { raw, recording } = exchange
  const requestId = randomUUID()
  const entered = services.store.atOnce(() => enter(exchange, route, services, requestId))
  if ('kind' in entered) return entered
  const { called, caller } = entered
  const { url } = called
  const traceId = createTraceId(exchange)
  recording.set({ functionRequestId: requestId })
  const iam = caller && createIamAuthorizer(caller)
  const event = createEvent({
    method: raw.method,
    target: route.eventTarget,
    rawHeaders: raw.rawHeaders,
    body: raw.body,
    sourceIp: sourceIpOf(exchange),
    httpVersion: exchange.request.httpVersion,
    urlId: url.urlId,
    domainName: headerOf(raw.rawHeaders, 'host') ?? '',
    requestId,
    traceId,
    now: exchange.now,
    ...(iam === undefined ? {} : { iam }),
  })
  const payload = Buffer.from(JSON.stringify(event))
  if (payload.length > maxEventBytes) {
    recording.refuse(
      createTooLarge(`The event is ${payload.length} bytes of JSON, and a limit of ${maxEventBytes} holds`),
    )
    return toReply(eventTooLarge, requestId)
  }
  recording.keepPayload('event', payload)
  try {
    const invocation = { requestId, payload, traceId, invokedFunctionArn: called.resourceArn }
    const outcome = await services.invoker.invoke(called.spec, invocation, recording)
    if (outcome.kind === 'torn') return outcome
    if (outcome.kind === 'throttled') return toReply(throttled(outcome.reason), requestId)
    if (outcome.kind === 'service-error') return toReply(serviceFailed(outcome.status), requestId)
    return await respond(exchange, called, outcome, { requestId, traceId })
  } catch (error) {
    if (!(error instanceof LocalError)) throw error
    recording.refuse({
      gate: 'invoke',
      code: error.code,
      cause: `No execution environment could be started: ${error.message}`,
      ...(error.code === 'UnknownRole' && {
        fix: `Make the role again, or give the function another: aws lambda update-function-configuration --function-name ${called.spec.name} --role <arn>`,
      }),
    })
    return toReply(functionFailed, requestId)
  }
}

/** A request that may go on to the function. */
interface Entry {
  readonly called: UrlFunction
  /** Undefined on a URL with auth type NONE. */
  readonly caller: Caller | undefined
}

/** The gates that ask the store: from the route to the authorization. */
function enter(exchange: Exchange, route: UrlRoute, services: UrlServices, requestId: string): Entry | Reply {
  const { raw, recording } = exchange
  const called = findUrlFunction(services.store, services.codeFolder, route.urlId, route.region)
  if (called === undefined) {
    recording.refuse(createNoSuchUrl(route))
    return toReply(noSuchUrl, requestId)
  }
  if ('deletedAlias' in called) {
    recording.refuse(createAliasless(called))
    return toReply(forbidden, requestId)
  }
  const { url } = called
  recording.set({ functionArn: called.resourceArn })
  recording.pass('route', called.spec.name)
  const origin = headerOf(raw.rawHeaders, 'origin')
  if (url.cors !== undefined && origin !== undefined && isPreflight(exchange)) {
    recording.answer('preflight', 'answered from the CORS configuration, without a signature')
    const answer = { status: 200, contentType: 'application/json', body: '' }
    const { headers, ...reply } = toReply(answer, requestId)
    return { ...reply, headers: [...headers, ...preflightHeaders(url.cors, origin)] }
  }
  if (exchange.oversized && isSizeToldFirst(exchange, url.authType)) {
    recording.refuse(createTooLarge(`The body is larger than ${maxEventBytes} bytes`))
    return toReply(eventTooLarge, requestId)
  }
  const caller = url.authType === 'NONE' ? undefined : identify(exchange, called, services)
  if (caller !== undefined && 'refused' in caller) return toReply(caller.refused, requestId)
  if (!mayInvoke(exchange, called, caller, services)) return toReply(forbidden, requestId)
  return { called, caller }
}

/**
 * guess: what claims a signature is refused for its size before the signature is checked, since nobody can hash what was
 * not read; what claims none is refused for that, as always.
 */
const isSizeToldFirst = ({ raw }: Exchange, authType: UrlFunction['url']['authType']): boolean =>
  authType === 'NONE' || readAuthorization(raw) !== undefined

function createNoSuchUrl({ urlId, region }: UrlRoute): Refusal {
  const where = region === undefined ? '' : ` in ${region}`
  return {
    gate: 'route',
    code: 'AccessDeniedException',
    cause:
      urlId === ''
        ? 'The function URL of this port was deleted, or the Host header names another host than this URL’s.'
        : `No function URL with the id ${urlId} exists${where}.`,
    fix: /^[a-z0-9]{32}$/.test(urlId)
      ? `Give the URL of a function this id: npx furlong url create <function> --id ${urlId}${region === undefined ? '' : ` --region ${region}`}. Those there are: npx furlong url list.`
      : 'List the URLs there are with: npx furlong url list.',
  }
}

const createAliasless = ({ deletedAlias }: AliaslessUrl): Refusal => ({
  gate: 'route',
  code: 'AccessDeniedException',
  cause: `The alias ${deletedAlias} was deleted, and its function URL with it.`,
  fix: 'Create the alias and a URL for it again; the new URL has another id.',
})

const createTooLarge = (what: string): Refusal => ({
  gate: 'admit',
  code: 'RequestEntityTooLargeException',
  cause: `${what}. A binary body counts a third more, because it travels as base64.`,
  fix: 'Send less, or put large bodies into S3 and pass the key.',
})

const isPreflight = ({ raw }: Exchange): boolean =>
  raw.method === 'OPTIONS' && headerOf(raw.rawHeaders, 'access-control-request-method') !== undefined

function identify(
  exchange: Exchange,
  called: UrlFunction,
  services: UrlServices,
): Caller | { readonly refused: ErrorAnswer } {
  const { recording } = exchange
  const { faults } = services
  const scope = {
    region: called.spec.region,
    service: 'lambda',
    isExpired: faults.isSet && strikeAuthentication(faults, exchange, called.resourceArn),
  }
  const authentication = authenticate(exchange, services.store, scope)
  if (!authentication.ok) {
    recording.refuse({ gate: 'authenticate', ...explainFailure(exchange, authentication) })
    return { refused: signatureRefused(authentication.failure.code, authentication.failure.message) }
  }
  const { caller } = authentication
  recording.set({
    caller: { arn: caller.principal.arn, accountId: caller.accountId, accessKeyId: caller.accessKeyId },
  })
  recording.pass('authenticate', caller.principal.arn)
  return caller
}

function createIamAuthorizer({ principal, accessKeyId, accountId }: Caller): IamAuthorizer {
  return {
    accessKey: accessKeyId,
    accountId,
    callerId: principal.id,
    cognitoIdentity: null,
    principalOrgId: null,
    userArn: principal.arn,
    userId: principal.id,
  }
}

const sentTraceId = /^Root=1-[0-9a-f]{8}-[0-9a-f]{24}/

function createTraceId({ raw, now }: Exchange): string {
  const header = headerOf(raw.rawHeaders, 'x-amzn-trace-id')
  const sent = header === undefined ? null : sentTraceId.exec(header)
  if (sent !== null) return sent[0]
  const seconds = Math.floor(now.getTime() / 1000).toString(16)
  // A UUID costs less than random bytes of one's own; 24 of its digits are enough.
  const uuid = randomUUID()
  return `Root=1-${seconds.padStart(8, '0')}-${uuid.slice(0, 8)}${uuid.slice(9, 13)}${uuid.slice(24)}`
}
