import type { RequestContext } from '@furlong/iam'

import { ControlError } from './control-error.ts'
import type { ControlRequest, ControlServices } from './services.ts'

/** How each service names a refusal by policy, on the wire and in records. */
export const accessDeniedCodes: Readonly<Record<ControlRequest['service'], string>> = {
  lambda: 'AccessDeniedException',
  iam: 'AccessDenied',
  sts: 'AccessDenied',
}

/**
 * Demands that the caller may do something.
 *
 * @param request the call
 * @param services decides
 * @param action such as `iam:PassRole`
 * @param resource an ARN, or `*`
 * @param context the service's own condition keys
 * @throws {ControlError} with AWS's sentence when the caller may not
 */
export function demand(
  request: ControlRequest,
  services: ControlServices,
  action: string,
  resource: string,
  context?: RequestContext,
): void {
  const authorization = services.authorize(request, action, resource, context)
  if (!authorization.allowed) {
    throw new ControlError(accessDeniedCodes[request.service], authorization.message)
  }
}
