import type { InvokeOutcome } from '../../engine/index.ts'
import { StreamFailed } from '../../engine/index.ts'
import type { FailureReport } from '../../engine/errors.ts'
import { createEventEncoder, eventStreamContentType } from './event-stream.ts'
import { findInvoked } from './function-target.ts'
import {
  barredError,
  createInvokeMembers,
  type InvokeInput,
  readPayload,
  runVersion,
  tailOf,
} from './invoke-input.ts'
import type { LambdaCall, LambdaOperation, LambdaResult } from './operation.ts'
import { defineOperation } from './operation.ts'

const encodeChunk = createEventEncoder('PayloadChunk', 'application/octet-stream')
const encodeComplete = createEventEncoder('InvokeComplete', 'application/json')

async function invokeWithResponseStream(call: LambdaCall<InvokeInput>): Promise<LambdaResult> {
  const { input, target, request, services } = call
  const version = findInvoked(services.store, target)
  const payload = readPayload(request.raw.body)
  if (input.InvocationType === 'DryRun') return { status: 204 }
  const outcome = await runVersion(call, version, payload)
  if (outcome.kind === 'torn') return { isTorn: true }
  if (outcome.kind === 'throttled' || outcome.kind === 'service-error') throw barredError(outcome)
  return {
    headers: [['X-Amz-Executed-Version', version.version]],
    stream: {
      contentType: eventStreamContentType,
      body: encodeOutcome(outcome, input.LogType === 'Tail'),
      cancel: () => {
        if (outcome.kind === 'stream') outcome.cancel()
      },
    },
  }
}

/** One message for each part the function wrote, as it wrote it, and one that says how it ended. */
async function* encodeOutcome(outcome: InvokeOutcome, withLog: boolean): AsyncGenerator<Uint8Array> {
  let failure: FailureReport | undefined
  if (outcome.kind === 'result') {
    yield encodeChunk(outcome.payload)
  } else if (outcome.kind === 'error') {
    failure = outcome
  } else {
    try {
      for await (const chunk of outcome.body) yield encodeChunk(chunk)
    } catch (error) {
      if (!(error instanceof StreamFailed)) throw error
      failure = { errorType: error.errorType, document: Buffer.from(error.errorBody) }
    }
  }
  // The log is whole only when the runtime asks for the next event.
  if (withLog) await outcome.finished
  const end = {
    ...(failure === undefined ? {} : describeFailure(failure)),
    ...(withLog ? { LogResult: tailOf(outcome.logLines) } : {}),
  }
  yield encodeComplete(Buffer.from(JSON.stringify(end)))
}

/** guess: the code is the error's type and the details its document; the model says no more than "an error code". */
function describeFailure({ errorType, document }: FailureReport): {
  readonly ErrorCode: string
  readonly ErrorDetails: string
} {
  return { ErrorCode: errorType, ErrorDetails: Buffer.from(document).toString('utf8') }
}

/** InvokeWithResponseStream. */
export const invokeWithResponseStreamOperation: LambdaOperation = defineOperation<InvokeInput>({
  name: 'InvokeWithResponseStream',
  method: 'POST',
  path: '/2021-11-15/functions/{FunctionName}/response-streaming-invocations',
  status: 200,
  action: 'lambda:InvokeFunction',
  members: createInvokeMembers(['RequestResponse', 'DryRun']),
  handle: invokeWithResponseStream,
})
