import { headerOf } from '../../exchange.ts'
import { ControlError } from '../control-error.ts'
import { demand } from '../demand.ts'
import { checkRequestSize } from '../request-limits.ts'
import type { ControlAnswer, ControlRequest, ControlServices } from '../services.ts'
import { createLambdaErrorAnswer } from './errors.ts'
import type { FunctionTarget } from './function-target.ts'
import { readFunctionTarget } from './function-target.ts'
import type { LambdaCall, LambdaOperation, LambdaResult } from './operation.ts'
import { lambdaOperations } from './operations.ts'
import { readInput } from './read-input.ts'
import type { RouteMatch } from './router.ts'
import { findRoute } from './router.ts'
import { unservedOperations } from './unserved.ts'

/**
 * Answers one call of the Lambda API.
 *
 * @param request verified
 * @param services the side's parts
 * @returns Lambda's answer
 * @throws what is no refusal: the state or the engine failing
 */
export async function handleLambda(
  request: ControlRequest,
  services: ControlServices,
): Promise<ControlAnswer> {
  const { pathname, searchParams } = splitTarget(request.raw.target)
  const match = findRoute(lambdaOperations, request.raw.method, pathname)
  if (match === undefined) {
    return createLambdaErrorAnswer(createUnknownError(request.raw.method, pathname), request.requestId)
  }
  const operation = match.row
  try {
    checkRequestSize(operation.name, request.raw.body)
    const call = readCall(match, searchParams, request, services)
    demand(request, services, operation.action, resourceOf(operation, call), operation.context?.(call))
    return createAnswer(operation, await operation.handle(call), request)
  } catch (error) {
    if (!(error instanceof ControlError)) throw error
    return createLambdaErrorAnswer(error, request.requestId, operation.name)
  }
}

function splitTarget(target: string): { pathname: string; searchParams: URLSearchParams } {
  const at = target.indexOf('?')
  return at === -1
    ? { pathname: target, searchParams: new URLSearchParams() }
    : { pathname: target.slice(0, at), searchParams: new URLSearchParams(target.slice(at + 1)) }
}

function createUnknownError(method: string, pathname: string): ControlError {
  const name = findRoute(unservedOperations, method, pathname)?.row.name
  return new ControlError(
    'UnknownOperationException',
    name === undefined
      ? `Lambda has no operation ${method} ${pathname} that furlong knows.`
      : `furlong does not serve the Lambda operation ${name}.`,
  )
}

function readCall(
  { row, uri }: RouteMatch<LambdaOperation>,
  query: URLSearchParams,
  request: ControlRequest,
  services: ControlServices,
): LambdaCall<unknown> {
  const { raw } = request
  const header = (name: string): string | undefined => headerOf(raw.rawHeaders, name)
  const input = readInput(row, { uri, query, header, body: raw.body })
  return { input, target: readTarget(input, request), request, services }
}

function readTarget(input: Readonly<Record<string, unknown>>, request: ControlRequest): FunctionTarget {
  const { FunctionName, Resource, Qualifier } = input
  const name = FunctionName ?? Resource
  const qualifier = typeof Qualifier === 'string' ? Qualifier : undefined
  return readFunctionTarget(typeof name === 'string' ? name : '', qualifier, request)
}

function resourceOf(operation: LambdaOperation, { target }: LambdaCall<unknown>): string {
  return operation.resource ?? target.qualifiedArn
}

function createAnswer(
  operation: LambdaOperation,
  { status = operation.status, json, bytes, headers = [], stream, isTorn }: LambdaResult,
  { requestId }: ControlRequest,
): ControlAnswer {
  const body = bytes ?? (json === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(json)))
  return {
    status,
    headers: [
      ['Content-Type', stream?.contentType ?? 'application/json'],
      ['x-amzn-RequestId', requestId],
      ...headers,
    ],
    body,
    operation: operation.name,
    ...(stream === undefined ? {} : { stream }),
    ...(isTorn === undefined ? {} : { isTorn }),
  }
}
