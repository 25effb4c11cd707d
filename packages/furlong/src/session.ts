import type { GrantPrincipal } from '@furlong/aws'
import { CliError } from './errors.ts'
import type { SessionCredentials } from './renewing-credentials.ts'
import { createSideClient } from './side-client.ts'
import type { Selection } from './target.ts'

const sessionName = 'furlong-call'

/**
 * Makes credentials of a role: on the local side as Lambda would make them, on AWS by assuming it.
 * @param selection the target
 * @param principal whose credentials; only a role has sessions
 * @returns the session's credentials
 * @throws {CliError} `local-only` for a user or an account, whose keys furlong does not have
 */
export async function createCredentialsOf(
  selection: Selection,
  principal: Pick<GrantPrincipal, 'kind' | 'principal'>,
): Promise<SessionCredentials> {
  if (principal.kind !== 'role') {
    throw new CliError('local-only', {
      what: `Acting as ${principal.principal}, which is no role,`,
      suggestion: 'name a role or a function',
    })
  }
  if (selection.kind === 'local') return createSideClient(selection.side).mintSession(principal.principal)
  const { assumeRole } = await import('@furlong/aws')
  return assumeRole(selection.target, { roleArn: principal.principal, sessionName })
}
