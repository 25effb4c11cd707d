import { decideTrust, parseArn } from '@furlong/iam'

import { compileTrustPolicy } from '../../auth/trust-policy.ts'
import type { PrincipalRecord } from '../../store/principals.ts'
import { ControlError } from '../control-error.ts'
import { demand } from '../demand.ts'
import type { ControlRequest, ControlServices } from '../services.ts'
import { invalidParameterError } from './errors.ts'

/** Who assumes the roles of functions. */
const lambdaService = 'lambda.amazonaws.com'

/**
 * Checks that a role can be given to a function: the caller may pass it, it exists on this side, and it trusts Lambda.
 *
 * @param roleArn the role
 * @param accountId the function's account
 * @param request the call
 * @param services decide and hold the role
 * @throws {ControlError} with Lambda's text
 */
export function checkFunctionRole(
  roleArn: string,
  accountId: string,
  request: ControlRequest,
  services: ControlServices,
): void {
  if (parseArn(roleArn)?.accountId !== accountId) {
    throw new ControlError('AccessDeniedException', 'Cross-account pass role is not allowed.')
  }
  demand(request, services, 'iam:PassRole', roleArn, { 'iam:PassedToService': lambdaService })
  const role = services.store.principals.byArn(roleArn)
  if (role?.trustPolicy === undefined || !trustsLambda(role, role.trustPolicy, request)) {
    throw invalidParameterError('The role defined for the function cannot be assumed by Lambda.')
  }
}

function trustsLambda(
  { name, arn: roleArn }: PrincipalRecord,
  trustPolicy: string,
  { http, now }: ControlRequest,
): boolean {
  const principal = { type: 'service', name: lambdaService } as const
  const resource = compileTrustPolicy(name, trustPolicy)
  return decideTrust({ principal, roleArn, http, now }, { resource }).allowed
}
