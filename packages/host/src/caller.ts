import type { IamAuthorizer } from '@furlong/events'

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

/** Bound to the request object itself: overlapping invocations cannot see each other's, and no header can set it. */
const callers = new WeakMap<object, Caller>()

const assumedRole = /^arn:[^:]+:sts::\d{12}:assumed-role\/([^/]+)\/(.+)$/

/**
 * Says who signed a request.
 *
 * @param request The very object the application received: in Hono `c.req.raw`. A copy, such as `new Request(request)`, is
 *   not known.
 * @returns The caller, or undefined on a URL with auth type NONE and for objects that did not come from toLambda().
 */
export function getCaller(request: object): Caller | undefined {
  return callers.get(request)
}

/**
 * Remembers who signed a request.
 *
 * @param request The object the application will receive.
 * @param iam `requestContext.authorizer.iam` of the event, if any.
 */
export function bindCaller(request: object, iam: IamAuthorizer | undefined): void {
  if (iam !== undefined) callers.set(request, createCaller(iam))
}

function createCaller(iam: IamAuthorizer): Caller {
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
