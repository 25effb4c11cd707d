import { ControlError } from './control-error.ts'
import { createLambdaErrorAnswer } from './lambda/errors.ts'
import { createQueryErrorAnswer, protocols } from './query/protocol.ts'
import type { ControlAnswer, ControlService } from './services.ts'

/** Why nobody knows who calls: a failure of `verify()`. */
export interface AuthenticationFailure {
  readonly code: string
  readonly message: string
}

/** The query protocol has names of its own for what signature version 4 calls otherwise. */
const queryCodes: Readonly<Record<string, string>> = {
  MissingAuthenticationTokenException: 'MissingAuthenticationToken',
  IncompleteSignatureException: 'IncompleteSignature',
  UnrecognizedClientException: 'InvalidClientTokenId',
  ExpiredTokenException: 'ExpiredToken',
  InvalidSignatureException: 'SignatureDoesNotMatch',
}

/**
 * Answers a call whose signature does not hold.
 *
 * @param service the API that was called
 * @param failure code and message of `verify()`
 * @param requestId of the call
 * @returns the service's answer
 */
export function createAuthenticationAnswer(
  service: ControlService,
  failure: AuthenticationFailure,
  requestId: string,
): ControlAnswer {
  const { code, message } = failure
  if (service === 'lambda') return createLambdaErrorAnswer(new ControlError(code, message), requestId)
  return createQueryErrorAnswer(
    protocols[service],
    new ControlError(queryCodes[code] ?? code, message),
    requestId,
  )
}
