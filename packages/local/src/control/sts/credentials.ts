import type { NewSession } from '../../store/sessions.ts'
import { createAccessKeyId, createSecretAccessKey, createSessionToken } from '../../store/ids.ts'
import type { QueryCall } from '../query/operation.ts'
import type { XmlStructure } from '../query/xml.ts'

/** What a session is of; its keys and times are made here. */
type SessionFacts = Omit<
  NewSession,
  'accessKeyId' | 'secretAccessKey' | 'sessionToken' | 'issuedAt' | 'expiresAt'
>

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
  const session: NewSession = {
    ...facts,
    accessKeyId: createAccessKeyId('ASIA'),
    secretAccessKey: createSecretAccessKey(),
    sessionToken: createSessionToken(),
    issuedAt: request.now,
    expiresAt: new Date(request.now.getTime() + seconds * 1000),
  }
  services.store.putSession(session)
  return {
    AccessKeyId: session.accessKeyId,
    SecretAccessKey: session.secretAccessKey,
    SessionToken: session.sessionToken,
    Expiration: session.expiresAt,
  }
}
