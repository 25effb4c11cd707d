import { createUrlPermissions, type Fix } from '@furlong/iam'
import type { FunctionUrlRow } from '../store/function-urls.ts'
import { findPair, findRefusal, findUrl, listStatementIds } from './access.ts'
import { everybody } from './callers.ts'
import type { AccessPair, Step } from './contract.ts'
import { applySteps } from './fixes.ts'
import { ConsoleError, type ConsoleParts } from './parts.ts'

/**
 * Lets a caller call a URL. For a user or role of this side that is what is missing, on both sides of an account's border;
 * for others, both statements of the function's policy.
 *
 * @throws {ConsoleError} 404 for a URL that is not there, 409 when a Deny stands in the way
 */
export function grant(parts: ConsoleParts, pair: AccessPair): Promise<Step[]> {
  const url = findUrl(parts, pair.urlId)
  const caller = parts.store.principals.byArn(pair.caller)
  if (caller === undefined || url.authType === 'NONE') {
    return applySteps(parts, createStatements(url, url.authType === 'NONE' ? everybody.arn : pair.caller))
  }
  const refusal = findRefusal(parts, url, caller)
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
  const { url, caller } = findPair(parts, pair)
  const statementIds = listStatementIds(parts, url, caller)
  if (statementIds.length === 0)
    throw new ConsoleError(
      409,
      `No statement of the function's policy names ${pair.caller}: what lets it in is a policy of its own account.`,
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

const createStatements = (url: FunctionUrlRow, principal: string): Fix[] =>
  createUrlPermissions(principal, url.authType).map((permission) => ({
    kind: 'add-permission',
    functionArn: qualify(url),
    ...permission,
  }))

const qualify = ({ functionArn, qualifier }: FunctionUrlRow): string =>
  qualifier === undefined ? functionArn : `${functionArn}:${qualifier}`
