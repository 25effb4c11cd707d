import { type Credentials, type RawRequest, readAuthorization } from '@furlong/sigv4'
import { parseArn, parseFunctionArn } from '@furlong/iam'
import { mintCallerSession } from '../auth/caller-sessions.ts'
import type { RequestRecord } from '../record/record.ts'
import type { PrincipalRecord } from '../store/principals.ts'
import { everybody } from './callers.ts'
import { sessionName } from './parties.ts'
import { ConsoleError, type ConsoleParts } from './parts.ts'

/**
 * Says who would send a request once more: who sent it; whose key it claimed; nobody, when it was not signed; and the
 * administrator of the function's account, when the key is unknown here.
 *
 * @returns an ARN, or `*`
 */
export function findSender(
  { store, side }: ConsoleParts,
  record: RequestRecord,
  request: RawRequest,
): string {
  const claimed = record.caller?.accessKeyId ?? readAuthorization(request)?.accessKeyId
  if (claimed === undefined) return everybody.arn
  const owner = store.session(claimed) ?? store.accessKey(claimed)
  const principal =
    (owner === undefined ? undefined : store.principal(owner.principalId)) ??
    findByArn(store, record.caller?.arn)
  if (principal !== undefined) return principal.arn
  const accountId = parseFunctionArn(record.functionArn ?? '')?.accountId
  const account = side.accounts.find((one) => one.accountId === accountId) ?? side.accounts[0]
  return account?.userArn ?? everybody.arn
}

/** A session that has ended still says whose it was. */
function findByArn(store: ConsoleParts['store'], arn: string | undefined): PrincipalRecord | undefined {
  const { accountId = '', resource = '' } = parseArn(arn ?? '') ?? {}
  const role = /^assumed-role\/([^/]+)\//.exec(resource)?.[1]
  return role === undefined ? store.principals.byArn(arn ?? '') : store.role(accountId, role)
}

/**
 * Finds or makes keys for a user or role of this side. They stay in this process.
 *
 * @param arn of the user or role
 * @param lastSession name of the session that the role had, if any: policies may ask for it
 * @throws {ConsoleError} 404
 */
export function findCredentials(
  { store, now }: ConsoleParts,
  arn: string,
  lastSession: string | undefined,
): Credentials {
  const principal = store.principals.byArn(arn)
  if (principal === undefined || principal.type === 'group')
    throw new ConsoleError(404, `No user or role of this side has the ARN ${arn}.`)
  const key =
    principal.type === 'user' ? store.accessKeys.list(principal.id).find(({ active }) => active) : undefined
  return key === undefined
    ? mintCallerSession(store, arn, lastSession ?? sessionName, now())
    : { accessKeyId: key.accessKeyId, secretAccessKey: key.secretAccessKey }
}

/** @returns the name of the session in a caller's ARN, if it is that of a role's session */
export function readSessionName(arn: string | undefined): string | undefined {
  return /:assumed-role\/[^/]+\/(.+)$/.exec(arn ?? '')?.[1]
}
