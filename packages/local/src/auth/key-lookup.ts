import { createHash, timingSafeEqual } from 'node:crypto'
import type { KeyLookup } from '@furlong/sigv4'
import type { Store } from '../store/store.ts'

const unknown = { code: 'UnrecognizedClientException' } as const
/** What a look-up says of a session past its end. */
export const expired = { code: 'ExpiredTokenException' } as const

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Whether a session token is the one that was handed out, in a time that does not depend on where they differ. */
export function isSameToken(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected))
}

/**
 * Finds the secret of an access key the way AWS does: a key that is unknown, inactive or without its token is
 * "invalid", a session past its end is "expired".
 *
 * @param store keys and sessions
 * @param now the clock at the request's arrival
 * @returns a look-up for `verify()`
 */
export function createKeyLookup(store: Store, now: Date): KeyLookup {
  return (accessKeyId, sessionToken) => {
    if (sessionToken === undefined) {
      const key = store.accessKey(accessKeyId)
      return key?.active === true ? { secretAccessKey: key.secretAccessKey } : unknown
    }
    const session = store.session(accessKeyId)
    if (session === undefined || !isSameToken(sessionToken, session.sessionToken)) return unknown
    return session.expiresAt <= now ? expired : { secretAccessKey: session.secretAccessKey }
  }
}
