import type { RawRequest } from '@furlong/sigv4'

import { ControlError } from './control-error.ts'
import { createLambdaErrorAnswer } from './lambda/errors.ts'
import { lambdaOperations } from './lambda/operations.ts'
import { findRoute } from './lambda/router.ts'
import { createQueryErrorAnswer, protocols } from './query/protocol.ts'
import { maxControlBodyBytes, requestTooLargeError } from './request-limits.ts'
import type { ControlAnswer, ControlService } from './services.ts'

/** guess: how IAM and STS refuse a body that no call of theirs needs; nobody has shown one. */
const queryError = new ControlError(
  'RequestEntityTooLarge',
  `Request must be smaller than ${maxControlBodyBytes} bytes`,
)

/**
 * Answers a call whose body is larger than {@link maxControlBodyBytes} and was therefore not read.
 *
 * @param service the API that was called
 * @param request method and target, which name the operation
 * @param requestId of the call
 * @returns 413 with the service's sentence, and the refusal for the record
 */
export function createTooLargeAnswer(
  service: ControlService,
  { method, target }: Pick<RawRequest, 'method' | 'target'>,
  requestId: string,
): ControlAnswer {
  if (service !== 'lambda') return createQueryErrorAnswer(protocols[service], queryError, requestId)
  const pathname = target.split('?', 1)[0] ?? ''
  const operation = findRoute(lambdaOperations, method, pathname)?.row.name
  return createLambdaErrorAnswer(requestTooLargeError(operation ?? 'CreateFunction'), requestId, operation)
}
