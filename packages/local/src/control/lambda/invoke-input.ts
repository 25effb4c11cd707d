import type { Barred } from '../../admit/index.ts'
import { createFunctionSpec } from '../../engine/index.ts'
import type { InvokeOutcome } from '../../engine/index.ts'
import type { VersionRecord } from '../../store/version-record.ts'
import { ControlError } from '../control-error.ts'
import { throttledError } from './errors.ts'
import { namespacedFunctionName, notServed, qualifier } from './members.ts'
import type { LambdaCall, Member } from './operation.ts'

/** What Invoke and InvokeWithResponseStream share of their input. */
export interface InvokeInput {
  readonly InvocationType?: 'Event' | 'RequestResponse' | 'DryRun'
  readonly LogType?: 'None' | 'Tail'
  readonly ClientContext?: string
}

/**
 * The members of an invocation.
 *
 * @param invocationTypes those that the operation takes
 * @returns the members; the event itself is the body
 */
export function createInvokeMembers(invocationTypes: readonly string[]): Readonly<Record<string, Member>> {
  return {
    FunctionName: namespacedFunctionName,
    Qualifier: qualifier,
    InvocationType: {
      type: 'string',
      from: 'header',
      wireName: 'x-amz-invocation-type',
      values: invocationTypes,
    },
    LogType: { type: 'string', from: 'header', wireName: 'x-amz-log-type', values: ['None', 'Tail'] },
    ClientContext: { type: 'string', from: 'header', wireName: 'x-amz-client-context' },
    TenantId: { ...notServed(), from: 'header', wireName: 'x-amz-tenant-id' },
  }
}

/** guess: what follows the second colon; Lambda repeats its parser's own complaint there. */
const notJson =
  'Could not parse request body into json: Could not parse payload into json: it is not valid JSON'

/**
 * Reads the event of an invocation.
 *
 * @param body as it came
 * @returns the same bytes, or `{}` when there are none
 * @throws {ControlError} InvalidRequestContentException for what is no JSON
 */
export function readPayload(body: Uint8Array): Uint8Array {
  if (body.length === 0) return Buffer.from('{}')
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    throw new ControlError('InvalidRequestContentException', notJson)
  }
  return body
}

/**
 * Runs one version of a function for a call.
 *
 * @param call its target and client context
 * @param version what the target stands for
 * @param payload the event, JSON
 * @returns what the function did, or why it was not run
 */
export function runVersion(
  { input, target, request, services }: LambdaCall<InvokeInput>,
  version: VersionRecord,
  payload: Uint8Array,
): Promise<InvokeOutcome | Barred> {
  const spec = createFunctionSpec(version, services.code.folder(version.codeSha256))
  return services.invoke(spec, {
    requestId: request.requestId,
    payload,
    invokedFunctionArn: target.qualifiedArn,
    ...(input.ClientContext === undefined ? {} : { clientContext: input.ClientContext }),
  })
}

/** What LogType Tail gives of the log. */
const logTailBytes = 4096

/**
 * Cuts a log to what LogType Tail gives.
 *
 * @param lines of the invocation
 * @returns the last 4 KB in base64
 */
export function tailOf(lines: readonly string[]): string {
  const log = Buffer.from(lines.map((line) => (line.endsWith('\n') ? line : `${line}\n`)).join(''))
  return log.subarray(Math.max(0, log.length - logTailBytes)).toString('base64')
}

/**
 * Makes the error of an invocation that was not admitted.
 *
 * @param barred why
 * @returns the API's error
 */
export function barredError(barred: Exclude<Barred, { kind: 'torn' }>): ControlError {
  return barred.kind === 'throttled'
    ? throttledError(barred.reason)
    : new ControlError('ServiceException', serviceFailed, { status: barred.status })
}

/** guess: the sentence of a ServiceException, which no capture shows. */
const serviceFailed = 'An internal error occurred.'
