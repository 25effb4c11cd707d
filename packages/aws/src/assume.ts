import type { Credentials } from '@furlong/sigv4'
import { AwsError, isServiceError, withAwsErrors } from './errors.ts'
import { createClients, type Target } from './target.ts'

/**
 * Assumes a role through STS.
 * @param target the account whose credentials assume it
 * @param options ARN of the role; name of the session
 * @returns the session's credentials, and when they run out: after an hour
 * @throws {AwsError} `AssumeRoleRefused` when the trust policy or the caller's own policy forbids it
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
export async function assumeRole(
  target: Target,
  options: { readonly roleArn: string; readonly sessionName: string },
): Promise<Credentials & { readonly expiration?: Date }> {
  return withAwsErrors(async () => {
    const sts = await createClients(target).sts()
    try {
      const input = { RoleArn: options.roleArn, RoleSessionName: options.sessionName }
      const { Credentials: made } = await sts.assumeRole(input)
      return {
        accessKeyId: made?.AccessKeyId ?? '',
        secretAccessKey: made?.SecretAccessKey ?? '',
        ...(made?.SessionToken === undefined ? {} : { sessionToken: made.SessionToken }),
        ...(made?.Expiration === undefined ? {} : { expiration: made.Expiration }),
      }
    } catch (error) {
      if (!isServiceError(error, 'AccessDenied', 'AccessDeniedException')) throw error
      throw new AwsError(
        'AssumeRoleRefused',
        `The role ${options.roleArn} may not be assumed from here: its trust policy must name you, and your own policy must allow sts:AssumeRole. A function's role trusts lambda.amazonaws.com alone.`,
        {
          cause: error,
          tryThis: 'invoke the calling function itself, or add yourself to the trust policy of a test role',
        },
      )
    }
  })
}
