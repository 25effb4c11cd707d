import { issueSession, type SessionFacts } from '../../auth/issue-session.ts'
import type { QueryCall } from '../query/operation.ts'
import type { XmlStructure } from '../query/xml.ts'

/**
 * Makes a session and stores it.
 *
 * @param call the call that asks for it
 * @param seconds how long it lives
 * @param facts what it is of
 * @returns the members of Credentials
 */
export function issueCredentials(
  { request, services }: QueryCall<unknown>,
  seconds: number,
  facts: SessionFacts,
): XmlStructure {
  const session = issueSession(services.store, facts, seconds, request.now)
  return {
    AccessKeyId: session.accessKeyId,
    SecretAccessKey: session.secretAccessKey,
    SessionToken: session.sessionToken,
    Expiration: session.expiresAt,
  }
}
