import { ControlError } from './control-error.ts'
import { iamOperations } from './iam/operations.ts'
import { createLambdaErrorAnswer } from './lambda/errors.ts'
import { handleLambda } from './lambda/handle-lambda.ts'
import { handleQuery } from './query/handle-query.ts'
import { createQueryErrorAnswer, protocols } from './query/protocol.ts'
import type { ControlAnswer, ControlRequest, ControlService, ControlServices } from './services.ts'
import { stsOperations } from './sts/operations.ts'

interface ServiceRow {
  readonly handle: (
    request: ControlRequest,
    services: ControlServices,
  ) => ControlAnswer | Promise<ControlAnswer>
  /** AWS's code for a failure of its own. */
  readonly faultCode: string
  readonly toAnswer: (error: ControlError, requestId: string) => ControlAnswer
}

const table: Readonly<Record<ControlService, ServiceRow>> = {
  lambda: {
    handle: handleLambda,
    faultCode: 'ServiceException',
    toAnswer: createLambdaErrorAnswer,
  },
  iam: {
    handle: (request, services) => handleQuery(request, services, protocols.iam, iamOperations),
    faultCode: 'ServiceFailure',
    toAnswer: (error, requestId) => createQueryErrorAnswer(protocols.iam, error, requestId),
  },
  sts: {
    handle: (request, services) => handleQuery(request, services, protocols.sts, stsOperations),
    faultCode: 'InternalFailure',
    toAnswer: (error, requestId) => createQueryErrorAnswer(protocols.sts, error, requestId),
  },
}

/**
 * Answers one verified call of an AWS API. Refusals are answers; a failure of this side is AWS's 500 with the reason,
 * because the one who reads it owns the machine.
 *
 * @param request the call and its caller
 * @param services the side's parts
 * @returns the service's answer, with the operation and the refusal for the record; a failure's has `fault`
 */
export async function handleControl(
  request: ControlRequest,
  services: ControlServices,
): Promise<ControlAnswer> {
  const row = table[request.service]
  try {
    return await row.handle(request, services)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const answer = row.toAnswer(new ControlError(row.faultCode, message), request.requestId)
    return { ...answer, refusal: { code: row.faultCode, message, fault: true } }
  }
}
