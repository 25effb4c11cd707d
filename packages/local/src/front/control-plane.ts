/** The AWS APIs on the main port: who calls, may they, and off to the operation. */
import { randomUUID } from 'node:crypto'
import { createAccessDeniedMessage, createApiRequest, decide, parseArn, parseFunctionArn } from '@furlong/iam'
import { readAuthorization } from '@furlong/sigv4'
import type { Invoker } from '../admit/index.ts'
import { type Faults, strikeAuthentication } from '../faults/index.ts'
import { authenticate, explainFailure } from '../auth/authenticate.ts'
import { type Caller, findCaller } from '../auth/caller.ts'
import type { CompiledPolicies } from '../auth/compiled-policies.ts'
import { readHttpFacts } from '../auth/http-facts.ts'
import { explainRefusal } from '../auth/explain-refusal.ts'
import { collectPolicies, type ResourcePolicy } from '../auth/policy-sets.ts'
import {
  accessDeniedCodes,
  type ControlAnswer,
  type ControlRequest,
  type ControlServices,
  createAuthenticationAnswer,
  createTooLargeAnswer,
  findInvokedArn,
  handleControl,
} from '../control/index.ts'
import type { Exchange } from '../exchange.ts'
import type { Reply } from './reply.ts'

type Service = ControlRequest['service']

const services: ReadonlySet<string> = new Set<Service>(['lambda', 'iam', 'sts'])
const isService = (name: string): name is Service => services.has(name)

/** The shape of a region's name; resources are kept per region, whichever a client signs for. */
const regionName = /^[a-z]{2,4}(?:-[a-z]+)+-\d$/

/** What the control plane needs beside the operations' own services. */
export interface ControlPlane extends Omit<ControlServices, 'authorize' | 'invoke'> {
  readonly policies: CompiledPolicies
  readonly invoker: Invoker
  readonly faults: Faults
}

/**
 * Answers one call of an AWS API.
 *
 * The service and the region come from the credential scope, as they must when one port serves all of them. IAM is
 * signed for us-east-1 on AWS; a client with an endpoint of its own signs for its own region, which is no mistake of
 * its user's, so any region is taken here.
 *
 * @param exchange the request
 * @param plane the side's parts
 * @returns AWS's answer
 */
export async function serveControlPlane(exchange: Exchange, plane: ControlPlane): Promise<Reply> {
  const { raw, recording, now } = exchange
  const requestId = randomUUID()
  const claimed = readAuthorization(raw)?.scope
  const service = serviceOf(raw, claimed?.service)
  const region = claimed !== undefined && regionName.test(claimed.region) ? claimed.region : 'us-east-1'
  recording.pass('route', service)
  if (exchange.oversized) {
    const answer = createTooLargeAnswer(service, raw, requestId)
    tellAnswer(exchange, answer)
    return toReply(exchange, answer)
  }
  const isExpired = plane.faults.isSet && strikeInvoke(exchange, plane, region)
  const authentication = authenticate(exchange, plane.store, { region, service, isExpired })
  if (!authentication.ok) {
    recording.refuse({ gate: 'authenticate', ...explainFailure(exchange, authentication) })
    return toReply(exchange, createAuthenticationAnswer(service, authentication.failure, requestId))
  }
  const { caller } = authentication
  const { principal, accessKeyId, accountId } = caller
  recording.set({ caller: { arn: principal.arn, accountId, accessKeyId } })
  recording.pass('authenticate', principal.arn)
  const request: ControlRequest = {
    raw,
    caller: principal,
    accessKeyId,
    accountId,
    region,
    service,
    http: readHttpFacts(exchange, region),
    requestId,
    now,
  }
  const answer = await handleControl(request, {
    ...plane,
    authorize: createAuthorize(exchange, plane, caller),
    invoke: (spec, invocation) => {
      const { requestId: functionRequestId, invokedFunctionArn: functionArn = spec.arn } = invocation
      recording.set({ functionArn, functionRequestId })
      return plane.invoker.invoke(spec, invocation, recording)
    },
  })
  if (answer.operation !== undefined) recording.set({ operation: answer.operation })
  if (recording.refusal === undefined && answer.stream === undefined) tellAnswer(exchange, answer)
  return toReply(exchange, answer)
}

/** Faults strike the calls of functions alone: what sets functions up stays as it is. */
function strikeInvoke(exchange: Exchange, { store, faults }: ControlPlane, region: string): boolean {
  const accessKeyId = readAuthorization(exchange.raw)?.accessKeyId ?? ''
  const accountId = findCaller(store, accessKeyId)?.accountId ?? ''
  const functionArn = findInvokedArn(exchange.raw, { accountId, region })
  return functionArn !== undefined && strikeAuthentication(faults, exchange, functionArn)
}

/** An operation's own error (no such function, a name that is taken) is an answer; only a decision refuses. */
function tellAnswer({ recording }: Exchange, { refusal }: ControlAnswer): void {
  if (refusal === undefined) {
    recording.pass('respond')
  } else if (refusal.fault === true) {
    recording.refuse({
      gate: 'respond',
      code: refusal.code,
      cause: `The local side itself failed: ${refusal.message}`,
    })
  } else if (refusal.explanation === undefined) {
    recording.answer('respond', `${refusal.code}: ${refusal.message}`)
  } else {
    const { code, message: cause, explanation } = refusal
    recording.refuse({ gate: 'authorize', code, cause, explanation })
  }
}

function toReply({ recording }: Exchange, answer: ControlAnswer): Reply {
  const { status, headers, body, stream, isTorn } = answer
  if (isTorn === true) return { kind: 'torn' }
  if (stream === undefined) return { kind: 'whole', status, headers, body }
  return {
    kind: 'streamed',
    status,
    headers,
    body: stream.body,
    cancel: stream.cancel,
    finished: (end) => {
      if (end === 'whole') recording.pass('respond')
      else if (end === 'caller-left')
        recording.answer('respond', 'the caller closed the connection before the answer was whole')
      else recording.refuse({ gate: 'respond', code: 'InternalFailure', cause: String(end.failed) })
    },
  }
}

/** An unsigned request names no service: Lambda's paths begin with a date, the query protocol posts to `/`. */
function serviceOf(raw: Exchange['raw'], claimed: string | undefined): Service {
  if (claimed !== undefined && isService(claimed)) return claimed
  if (/^\/20\d\d-\d\d-\d\d\//.test(raw.target)) return 'lambda'
  return raw.method === 'POST' && raw.body.includes('Version=2010-05-08') ? 'iam' : 'sts'
}

function createAuthorize(
  exchange: Exchange,
  plane: ControlPlane,
  caller: Caller,
): ControlServices['authorize'] {
  const { recording } = exchange
  return (request, action, resource, context) => {
    const resourceAccount = ownerOf(resource, action) || request.accountId
    const access = createApiRequest({
      principal: request.caller,
      action,
      resource,
      resourceAccount,
      http: request.http,
      now: request.now,
      ...(context === undefined ? {} : { context }),
    })
    const policies = collectPolicies(plane.store, plane.policies, caller, policyOn(plane, resource))
    const decision = decide(access, policies)
    if (decision.allowed) {
      recording.pass('authorize', `${action} on ${resource}`)
      return { allowed: true }
    }
    const message = createAccessDeniedMessage(access, decision)
    recording.refuse({
      gate: 'authorize',
      code: accessDeniedCodes[request.service],
      cause: message,
      explanation: explainRefusal(plane.store, access, policies),
    })
    return { allowed: false, message }
  }
}

/** AWS's own policies are everybody's to read and nobody's to change. */
function ownerOf(resource: string, action: string): string | undefined {
  const owner = parseArn(resource)?.accountId
  return owner === 'aws' && /^iam:(?:Get|List)/.test(action) ? undefined : owner
}

/** Functions are the only resources here with a policy of their own that says who may call their API. */
function policyOn({ store }: ControlPlane, resource: string): ResourcePolicy | undefined {
  const target = parseFunctionArn(resource)
  const stored = target && store.functionPolicy(target.unqualifiedArn, target.qualifier)
  return stored && { name: `the policy of function ${target.name}`, stored }
}
