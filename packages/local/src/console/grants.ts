import { everybody } from './callers.ts'
import { findPair, findRefusal, findUrl } from './access.ts'
import type { AccessPair, Step } from './contract.ts'
import { applySteps, createGrant, qualify } from './fixes.ts'
import { findParty, listStatementIds } from './parties.ts'
import { ConsoleError, type ConsoleParts } from './parts.ts'

/**
 * Lets a caller call a URL. For a user or role of this side that is what is missing, on both sides of an account's border;
 * for others, both statements of the function's policy.
 *
 * @throws {ConsoleError} 404 for a URL that is not there, 409 when a Deny stands in the way, or for everybody where a signature
 *   is asked for
 */
export function grant(parts: ConsoleParts, pair: AccessPair): Promise<Step[]> {
  const url = findUrl(parts, pair.urlId)
  if (url.authType === 'NONE') return applySteps(parts, createGrant(url, everybody.arn))
  const party = findParty(parts.store, pair.caller, parts.now())
  // Whoever is known by policies of its own may need another on that side; anybody else Lambda itself knows or refuses.
  const isRead = party !== undefined && (party.signer !== undefined || party.shown === everybody)
  if (!isRead) return applySteps(parts, createGrant(url, pair.caller))
  const refusal = findRefusal(parts, url, party)
  if (refusal === undefined) return Promise.resolve([])
  if (refusal.fixes.length === 0) throw new ConsoleError(409, refusal.says)
  return applySteps(parts, refusal.fixes)
}

/**
 * Takes the statements of a function's policy away that name a caller.
 *
 * @throws {ConsoleError} 404 for a caller or URL that is not there, 409 when the policy names the caller nowhere
 */
export function revoke(parts: ConsoleParts, pair: AccessPair): Promise<Step[]> {
  const { url, party } = findPair(parts, pair)
  const statementIds = listStatementIds(parts.store, url, party)
  if (statementIds.length === 0)
    throw new ConsoleError(
      409,
      `No statement of the function's policy names ${pair.caller}: what lets it in is a policy of its own account, or a statement that names all of that.`,
    )
  return applySteps(
    parts,
    statementIds.map((statementId) => ({
      kind: 'remove-permission',
      functionArn: qualify(url),
      statementId,
    })),
  )
}
