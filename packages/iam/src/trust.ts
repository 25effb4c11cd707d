import { parseArn } from './arn.ts'
import type { AccessRequest, HttpFacts } from './contexts.ts'
import { createApiRequest } from './contexts.ts'
import type { Decision, PolicySet } from './decision.ts'
import { decide } from './decide.ts'
import type { Principal } from './principal.ts'
import type { RequestContext } from './request-context.ts'

/** Input of `createAssumeRoleRequest()`. */
export interface AssumeRoleRequestInput {
  /** Who wants to become the role; a service such as `lambda.amazonaws.com` too. */
  readonly principal: Principal
  readonly roleArn: string
  readonly http: HttpFacts
  readonly now: Date
  /** `ExternalId` of the call. */
  readonly externalId?: string | undefined
  /** `RoleSessionName` of the call. */
  readonly roleSessionName?: string | undefined
  /** Further keys, such as `aws:SourceIdentity`; names in any case. */
  readonly context?: RequestContext | undefined
}

/**
 * Builds the question a call of `sts:AssumeRole` asks.
 *
 * @param input who wants to assume which role
 * @returns the request for `decide()` and `explain()`, with the role's trust policy as `resource`
 * @throws {TypeError} when `roleArn` is not the ARN of a role
 */
export function createAssumeRoleRequest(input: AssumeRoleRequestInput): AccessRequest {
  const role = parseArn(input.roleArn)
  if (role?.service !== 'iam' || !role.resource.startsWith('role/')) {
    throw new TypeError(`roleArn must be the ARN of a role, not "${input.roleArn}"`)
  }
  const request = createApiRequest({
    principal: input.principal,
    action: 'sts:AssumeRole',
    resource: input.roleArn,
    resourceAccount: role.accountId,
    http: input.http,
    now: input.now,
    context: {
      ...(input.externalId !== undefined && { 'sts:externalid': input.externalId }),
      ...(input.roleSessionName !== undefined && { 'sts:rolesessionname': input.roleSessionName }),
      ...input.context,
    },
  })
  return { ...request, resourcePolicyMustAllow: true }
}

/**
 * Decides whether a caller may assume a role.
 *
 * The trust policy must allow it, in the same account too. Naming the caller is enough there; naming the
 * account only delegates, so that the caller's identity policies must allow it as well.
 *
 * @param input who wants to assume which role
 * @param policies the caller's policies, and the role's trust policy as `resource`
 * @returns one verdict, for `sts:AssumeRole`
 * @throws {TypeError} when `roleArn` is not the ARN of a role
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
export function decideTrust(input: AssumeRoleRequestInput, policies: PolicySet): Decision {
  return decide(createAssumeRoleRequest(input), policies)
}
