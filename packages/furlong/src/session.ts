import type { GrantPrincipal } from '@furlong/aws'
import { CliError } from './errors.ts'
import type { SessionCredentials } from './renewing-credentials.ts'
import { createSideClient } from './side-client.ts'
import type { Selection } from './target.ts'

const sessionName = 'furlong-call'

/**
 * Makes credentials of a role or user: on the local side as Lambda and GetSessionToken would make them, on AWS by assuming
 * the role.
 * @param selection the target
 * @param principal whose credentials
 * @returns the session's credentials
 * @throws {CliError} `no-keys` for whoever is neither, and for a user of AWS
 */
export async function createCredentialsOf(
  selection: Selection,
  principal: Pick<GrantPrincipal, 'kind' | 'principal'>,
): Promise<SessionCredentials> {
  const isUser = principal.kind === 'user'
  if (selection.kind === 'local' && (isUser || principal.kind === 'role'))
    return createSideClient(selection.side).mintSession(principal.principal)
  if (principal.kind !== 'role') {
    throw new CliError('no-keys', {
      principal: principal.principal,
      suggestion: isUser ? 'without --as, with --profile <profile of the user>' : 'name a role or a function',
    })
  }
  const { assumeRole } = await import('@furlong/aws')
  return assumeRole(selection.target, { roleArn: principal.principal, sessionName })
}
