/** Tags of a user, a role or a session; names ignore case when a policy reads them. */
export type PrincipalTags = Readonly<Record<string, string>>

/** An IAM user. */
export interface UserPrincipal {
  readonly type: 'user'
  /** 12 digits. */
  readonly account: string
  readonly arn: string
  readonly name: string
  /** The unique id, `AIDA…`. */
  readonly id: string
  readonly tags?: PrincipalTags
  /** When `sts:GetSessionToken` made these credentials; absent for an access key of the user. */
  readonly issuedAt?: Date
  /** When the user showed a second factor for them. */
  readonly mfaAt?: Date
}

/** A session of a role, made by `sts:AssumeRole`. */
export interface RoleSessionPrincipal {
  readonly type: 'role-session'
  /** 12 digits. */
  readonly account: string
  /** The session's ARN: `arn:aws:sts::<account>:assumed-role/<role>/<session>`. */
  readonly arn: string
  /** The role's ARN, with its path. */
  readonly roleArn: string
  /** The role's unique id, `AROA…`. */
  readonly roleId: string
  readonly sessionName: string
  /** `AROA…:<session>`. */
  readonly id: string
  readonly tags?: PrincipalTags
  readonly issuedAt?: Date
  /** When the one who assumed the role showed a second factor. */
  readonly mfaAt?: Date
  /** Who vouched for a session of web identity or SAML, such as `accounts.google.com`. */
  readonly federatedProvider?: string
  /** `SourceIdentity` of the first `AssumeRole`. */
  readonly sourceIdentity?: string
  /** The function whose execution role this is, when its code calls. */
  readonly sourceFunctionArn?: string
}

/** A session of a user, made by `sts:GetFederationToken`. */
export interface FederatedUserPrincipal {
  readonly type: 'federated-user'
  /** 12 digits. */
  readonly account: string
  /** `arn:aws:sts::<account>:federated-user/<name>`. */
  readonly arn: string
  /** The ARN of the user who asked for the token. */
  readonly userArn: string
  /** The unique id of that user, `AIDA…`. */
  readonly userId?: string
  readonly name: string
  /** `<account>:<name>`. */
  readonly id: string
  readonly tags?: PrincipalTags
  readonly issuedAt?: Date
}

/** The root user of an account. */
export interface RootPrincipal {
  readonly type: 'root'
  /** 12 digits. */
  readonly account: string
  /** `arn:aws:iam::<account>:root`. */
  readonly arn: string
  /** The account id. */
  readonly id: string
}

/** An AWS service that calls on its own behalf. */
export interface ServicePrincipal {
  readonly type: 'service'
  /** Such as `cloudfront.amazonaws.com`. */
  readonly name: string
  /** The resource the service acts for, such as a distribution's ARN. */
  readonly sourceArn?: string
  /** The account of that resource, 12 digits. */
  readonly sourceAccount?: string
}

/** A caller who did not sign, or whose signature does not count. */
export interface AnonymousPrincipal {
  readonly type: 'anonymous'
}

/** Who calls. */
export type Principal =
  | UserPrincipal
  | RoleSessionPrincipal
  | FederatedUserPrincipal
  | RootPrincipal
  | ServicePrincipal
  | AnonymousPrincipal

/**
 * Names a caller as AWS does in its messages.
 *
 * @param principal who calls
 * @returns the ARN; the service name; `anonymous`
 */
export function nameOfPrincipal(principal: Principal): string {
  if (principal.type === 'service') return principal.name
  return principal.type === 'anonymous' ? 'anonymous' : principal.arn
}

/**
 * Says in which account a caller lives.
 *
 * @param principal who calls
 * @returns 12 digits; `undefined` for services and anonymous callers, which have none
 */
export function accountOfPrincipal(principal: Principal): string | undefined {
  return principal.type === 'service' || principal.type === 'anonymous' ? undefined : principal.account
}

/**
 * Says whether service control policies have a say about a caller.
 *
 * Whether its account has any, as the management account has not, is for the policies to tell.
 *
 * @param principal who calls
 * @returns `false` for services, anonymous callers and service-linked roles
 * @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
 */
export function isUnderServiceControl(principal: Principal): boolean {
  if (principal.type === 'role-session') return !principal.roleArn.includes(':role/aws-service-role/')
  return accountOfPrincipal(principal) !== undefined
}
