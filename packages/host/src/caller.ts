import type { IamAuthorizer } from '@furlong/events'
import { findInvocation } from './carrier.ts'

/** Who signed the request, as verified by Lambda. */
export interface Caller {
  /** Twelve digits. */
  readonly accountId: string
  /** ARN of the user or of the assumed-role session. */
  readonly userArn: string
  /** Name of the role when the caller is a role session; Lambda drops the role's path. */
  readonly roleName?: string
  /** Name of the session when the caller is a role session. */
  readonly sessionName?: string
  /** Unique id: `AROA…:session` or `AIDA…`. */
  readonly userId: string
  readonly accessKeyId: string
  /** `o-…`; absent when the account belongs to no organization. */
  readonly organizationId?: string
}

const assumedRole = /^arn:[^:]+:sts::\d{12}:assumed-role\/([^/]+)\/(.+)$/

/**
 * Says who signed a request. The answer comes from the event, never from a header.
 *
 * @param request The very object the application received, in Hono `c.req.raw`, or a `clone()` of it. A copy, such as
 *   `new Request(request)`, is not known.
 * @returns The caller, or undefined on a URL with auth type NONE and for objects that did not come from toLambda().
 */
export function getCaller(request: object): Caller | undefined {
  const iam = findInvocation(request)?.request.iam
  return iam === undefined ? undefined : createCaller(iam)
}

/**
 * Takes the caller out of an event.
 *
 * @param iam `requestContext.authorizer.iam`.
 * @returns The caller.
 */
export function createCaller(iam: IamAuthorizer): Caller {
  const [, roleName, sessionName] = assumedRole.exec(iam.userArn) ?? []
  return {
    accountId: iam.accountId,
    userArn: iam.userArn,
    ...(roleName !== undefined && { roleName }),
    ...(sessionName !== undefined && { sessionName }),
    userId: iam.userId,
    accessKeyId: iam.accessKey,
    ...(typeof iam.principalOrgId === 'string' && { organizationId: iam.principalOrgId }),
  }
}
