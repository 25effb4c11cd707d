/** The only partition that is served. */
export const partition = 'aws'

/**
 * Writes the ARN of an IAM user, role, group or policy.
 *
 * @param accountId 12 digits
 * @param kind the kind of the resource
 * @param path begins and ends with `/`
 * @param name the friendly name
 * @returns such as `arn:aws:iam::111122223333:role/team/caller`
 */
export function createIamArn(
  accountId: string,
  kind: 'user' | 'role' | 'group' | 'policy',
  path: string,
  name: string,
): string {
  return `arn:${partition}:iam::${accountId}:${kind}${path}${name}`
}

/**
 * Writes the ARN of a role session: it drops the role's path.
 *
 * @param accountId the role's account, 12 digits
 * @param roleName the role's friendly name
 * @param sessionName the session's name
 * @returns such as `arn:aws:sts::111122223333:assumed-role/caller/session`
 */
export function createSessionArn(accountId: string, roleName: string, sessionName: string): string {
  return `arn:${partition}:sts::${accountId}:assumed-role/${roleName}/${sessionName}`
}

/**
 * Writes the ARN of a session that GetFederationToken made.
 *
 * @param accountId 12 digits
 * @param name the session's name
 * @returns such as `arn:aws:sts::111122223333:federated-user/ann`
 */
export function createFederatedUserArn(accountId: string, name: string): string {
  return `arn:${partition}:sts::${accountId}:federated-user/${name}`
}

/**
 * Writes the unqualified ARN of a function.
 *
 * @param region such as `us-east-1`
 * @param accountId 12 digits
 * @param name the function's name
 * @returns such as `arn:aws:lambda:us-east-1:111122223333:function:orders`
 */
export function createFunctionArn(region: string, accountId: string, name: string): string {
  return `arn:${partition}:lambda:${region}:${accountId}:function:${name}`
}
