import { collectStream, createFunctionSpec } from '../../engine/index.ts'
import type { InvokeOutcome } from '../../engine/types.ts'
import { StreamFailed } from '../../engine/errors.ts'
import { ControlError } from '../control-error.ts'
import type { HeaderPair } from '../services.ts'
import { invalidParameterError, throttledError } from './errors.ts'
import { findInvoked } from './function-target.ts'
import { namespacedFunctionName, notServed, qualifier } from './members.ts'
import type { LambdaCall, LambdaOperation, LambdaResult } from './operation.ts'
import { defineOperation } from './operation.ts'

interface InvokeInput {
  readonly InvocationType?: 'Event' | 'RequestResponse' | 'DryRun'
  readonly LogType?: 'None' | 'Tail'
  readonly ClientContext?: string
}

/** What LogType Tail gives of the log. */
const logTailBytes = 4096

async function invoke(call: LambdaCall<InvokeInput>): Promise<LambdaResult> {
  const { input, target, request, services } = call
  const version = findInvoked(services.store, target)
  if (input.InvocationType === 'DryRun') return { status: 204 }
  if (input.InvocationType === 'Event') {
    throw invalidParameterError(
      'furlong does not serve the InvocationType Event; use RequestResponse or DryRun.',
    )
  }
  const outcome = await services.invoke(
    createFunctionSpec(version, services.code.folder(version.codeSha256)),
    {
      requestId: request.requestId,
      payload: readPayload(request.raw.body),
      invokedFunctionArn: target.qualifiedArn,
      ...(input.ClientContext === undefined ? {} : { clientContext: input.ClientContext }),
    },
  )
  if (outcome.kind === 'throttled') throw throttledError(outcome.reason)
  const result = await readOutcome(outcome)
  const headers: HeaderPair[] = [['X-Amz-Executed-Version', version.version]]
  if (result.failed) headers.push(['X-Amz-Function-Error', 'Unhandled'])
  if (input.LogType === 'Tail') {
    await outcome.finished
    headers.push(['X-Amz-Log-Result', tailOf(outcome.logLines())])
  }
  return { bytes: result.bytes, headers }
}

/** guess: what follows the second colon; Lambda repeats its parser's own complaint there. */
const notJson =
  'Could not parse request body into json: Could not parse payload into json: it is not valid JSON'

function readPayload(body: Uint8Array): Uint8Array {
  if (body.length === 0) return Buffer.from('{}')
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    throw new ControlError('InvalidRequestContentException', notJson)
  }
  return body
}

async function readOutcome(outcome: InvokeOutcome): Promise<{ bytes: Uint8Array; failed: boolean }> {
  if (outcome.kind === 'result') return { bytes: outcome.payload, failed: false }
  if (outcome.kind === 'error') return { bytes: outcome.document, failed: true }
  try {
    return { bytes: await collectStream(outcome), failed: false }
  } catch (error) {
    if (error instanceof StreamFailed) return { bytes: Buffer.from(error.errorBody), failed: true }
    throw error
  }
}

function tailOf(lines: readonly string[]): string {
  const log = Buffer.from(lines.map((line) => (line.endsWith('\n') ? line : `${line}\n`)).join(''))
  return log.subarray(Math.max(0, log.length - logTailBytes)).toString('base64')
}

/** Invoke. */
export const invokeOperation: LambdaOperation = defineOperation<InvokeInput>({
  name: 'Invoke',
  method: 'POST',
  path: '/2015-03-31/functions/{FunctionName}/invocations',
  status: 200,
  action: 'lambda:InvokeFunction',
  members: {
    FunctionName: namespacedFunctionName,
    Qualifier: qualifier,
    InvocationType: {
      type: 'string',
      from: 'header',
      wireName: 'x-amz-invocation-type',
      values: ['Event', 'RequestResponse', 'DryRun'],
    },
    LogType: { type: 'string', from: 'header', wireName: 'x-amz-log-type', values: ['None', 'Tail'] },
    ClientContext: { type: 'string', from: 'header', wireName: 'x-amz-client-context' },
    DurableExecutionName: { ...notServed(), from: 'header', wireName: 'x-amz-durable-execution-name' },
    TenantId: { ...notServed(), from: 'header', wireName: 'x-amz-tenant-id' },
  },
  handle: invoke,
})
