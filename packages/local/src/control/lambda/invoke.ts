import { collectStream, StreamFailed } from '../../engine/index.ts'
import type { InvokeOutcome } from '../../engine/index.ts'
import { checkEventInvocationSize } from '../request-limits.ts'
import type { HeaderPair } from '../services.ts'
import { findInvoked } from './function-target.ts'
import {
  barredError,
  createInvokeMembers,
  type InvokeInput,
  readPayload,
  runVersion,
  tailOf,
} from './invoke-input.ts'
import { notServed } from './members.ts'
import type { LambdaCall, LambdaOperation, LambdaResult } from './operation.ts'
import { defineOperation } from './operation.ts'

async function invoke(call: LambdaCall<InvokeInput>): Promise<LambdaResult> {
  const { input, target, request, services } = call
  const version = findInvoked(services.store, target)
  if (input.InvocationType === 'Event') checkEventInvocationSize(request.raw.body)
  const payload = readPayload(request.raw.body)
  if (input.InvocationType === 'DryRun') return { status: 204 }
  if (input.InvocationType === 'Event') {
    services.events.accept({
      requestId: request.requestId,
      functionArn: target.arn,
      qualifier: target.qualifier,
      payload,
      clientContext: input.ClientContext,
    })
    return { status: 202 }
  }
  const outcome = await runVersion(call, version, payload)
  if (outcome.kind === 'torn') return { isTorn: true }
  if (outcome.kind === 'throttled' || outcome.kind === 'service-error') throw barredError(outcome)
  const result = await readOutcome(outcome)
  const headers: HeaderPair[] = [['X-Amz-Executed-Version', version.version]]
  if (result.failed) headers.push(['X-Amz-Function-Error', 'Unhandled'])
  if (input.LogType === 'Tail') {
    await outcome.finished
    headers.push(['X-Amz-Log-Result', tailOf(outcome.logLines)])
  }
  return { bytes: result.bytes, headers }
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

/** Invoke. */
export const invokeOperation: LambdaOperation = defineOperation<InvokeInput>({
  name: 'Invoke',
  method: 'POST',
  path: '/2015-03-31/functions/{FunctionName}/invocations',
  status: 200,
  action: 'lambda:InvokeFunction',
  members: {
    ...createInvokeMembers(['Event', 'RequestResponse', 'DryRun']),
    DurableExecutionName: { ...notServed(), from: 'header', wireName: 'x-amz-durable-execution-name' },
  },
  handle: invoke,
})
