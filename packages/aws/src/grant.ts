import { AwsError } from './errors.ts'
import { createUrlIdentityPolicy, createUrlPermissions, parseFunctionArn } from '@furlong/iam'
import { waitForAccess, type AccessAnswer } from './access.ts'
import {
  checkCallerSide,
  putCallerPolicy,
  removeCallerPolicy,
  type CallerSideOutcome,
  type CallerSideRemoval,
} from './caller-side.ts'
import { withAwsErrors } from './errors.ts'
import { findFunction, type FoundFunction } from './functions.ts'
import { rethrowPrincipal } from './invalid-principal.ts'
import { resolvePrincipal, type GrantPrincipal } from './principal.ts'
import { reachUrl } from './reach.ts'
import {
  ensurePermissions,
  isSamePrincipal,
  listOrphans,
  readFunctionPolicy,
  removeStatement,
  type PermissionOutcome,
} from './statements.ts'
import { createClients, type CredentialSource, type Target } from './target.ts'
import { findUrl } from './urls.ts'
import { createPatience, freshPrincipal } from './wait.ts'

/** What a grant is of. */
export interface GrantOptions {
  /** Name, `name:alias` or ARN of the function whose URL may be called. */
  readonly functionName: string
  /** Who may call: see `resolvePrincipal`. */
  readonly to: string
  /**
   * The caller's account, for a caller of another one than the function's: its identity policy is put there, and names of roles and
   * users are looked up there.
   */
  readonly caller?: Target
  /** Waits until a signed `GET /` of the caller is let in: how its credentials are made, and for how long. */
  readonly wait?: {
    credentialsFor(principal: GrantPrincipal): Promise<CredentialSource>
    readonly timeoutMs?: number
    /** Ends the waiting; the grant stays. */
    readonly signal?: AbortSignal
    /** Hears of each call that was refused. */
    readonly onRefused?: (attempts: number, status: number) => void
  }
}

/** What a grant did. */
export interface Grant {
  readonly functionArn: string
  readonly url?: string
  readonly principal: GrantPrincipal
  readonly statements: readonly PermissionOutcome[]
  /** What the other account must allow its caller; absent within one account. */
  readonly identityPolicy?: string
  /** What became of it; absent without `caller`, when it is still to be put. */
  readonly callerSide?: CallerSideOutcome
  readonly notes: readonly string[]
  /** The answer that ended the waiting; absent without `wait`. */
  readonly access?: AccessAnswer
}

/**
 * Lets a caller call a function's URL: both statements, one after the other, with the conditions that keep them to the URL.
 * @param target the account of the function
 * @param options function, caller, whether to wait
 * @returns what was added, what was there, and what the other side must do
 * @throws {AwsError} `FunctionNotFound`, `PrincipalNotFound`, `ServicePrincipalRefused`, `TimedOut` when waiting did not help, `Interrupted` when nobody
 * wanted to wait any more
 * @see https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
 */
export async function grant(target: Target, options: GrantOptions): Promise<Grant> {
  return withAwsErrors(async () => {
    const clients = createClients(target)
    const callerClients = options.caller === undefined ? clients : createClients(options.caller)
    const principal = await resolvePrincipal(options.to, callerClients)
    const found = await findFunction(clients, options.functionName, target)
    // A service has no policies of its own, wherever the resource lies that it acts for.
    const isCrossAccount = principal.kind !== 'service' && principal.accountId !== found.accountId
    const isForCaller = options.caller !== undefined && isCrossAccount
    if (isForCaller) await checkCallerSide(callerClients, principal)
    const lambda = await clients.lambda()
    const url = await findUrl(lambda, found.ref)
    const permissions = createUrlPermissions(principal.principal, 'AWS_IAM', principal.sourceArn)
    const statements = await ensurePermissions(lambda, found.ref, permissions, {
      patience: createPatience(target, 60_000),
      // A role made a moment ago is not yet known to AWS's Lambda; the local side knows it at once.
      rules: target.kind === 'aws' ? [freshPrincipal] : [],
    }).catch(rethrowPrincipal(lambda, found.ref, principal.principal))
    const callerSide = isForCaller
      ? await putCallerPolicy(callerClients, principal, found.functionArn)
      : undefined
    const granted: Grant = {
      functionArn: found.functionArn,
      principal,
      statements,
      ...(url === undefined ? {} : { url: url.url }),
      ...(isCrossAccount ? { identityPolicy: writeIdentityPolicy(found.functionArn) } : {}),
      ...(callerSide === undefined ? {} : { callerSide }),
      notes: createNotes(found, principal, url?.authType, isCrossAccount && callerSide === undefined),
    }
    if (options.wait === undefined || url === undefined) return granted
    const { signal, timeoutMs = 180_000, onRefused } = options.wait
    try {
      signal?.throwIfAborted()
      const credentials = await options.wait.credentialsFor(principal)
      const region = parseFunctionArn(found.functionArn)?.region ?? target.region
      const patience = createPatience(target, timeoutMs, signal)
      const access = await waitForAccess({
        url: reachUrl(target, url.url),
        region,
        credentials,
        patience,
        ...(onRefused === undefined ? {} : { onRefused }),
      })
      return { ...granted, access }
    } catch (error) {
      if (signal?.aborted !== true) throw error
      const says = `Stopped waiting: ${principal.principal} has both permissions, and no signed call of it was let in yet.`
      throw new AwsError('Interrupted', says, {
        tryThis: 'the same command: it adds nothing, and waits again',
      })
    }
  })
}

/** What a revocation is of. */
export interface RevokeOptions {
  readonly functionName: string
  /** Who may no longer call: as for a grant; `*` for the public statements. */
  readonly from: string
  /** The caller's account, as for a grant: what a grant put there is taken back, and names are looked up there. */
  readonly caller?: Target
}

/** What a revocation did. */
export interface Revocation {
  readonly functionArn: string
  readonly principal: GrantPrincipal
  /** Ids of the statements that were removed; none when there was nothing to take back. */
  readonly removed: readonly string[]
  /** What became of the caller's own policy; absent without `caller`, and within one account. */
  readonly callerSide?: CallerSideRemoval
}

/**
 * Takes a grant back: every statement of the function's policy that lets exactly this caller do one of the two actions, and with the
 * caller's account the identity policy that a grant put there.
 * @param target the account of the function
 * @param options function and caller
 * @returns which statements were removed
 * @throws {AwsError} `FunctionNotFound`, `PrincipalNotFound`
 */
export async function revoke(target: Target, options: RevokeOptions): Promise<Revocation> {
  return withAwsErrors(async () => {
    const clients = createClients(target)
    const found = await findFunction(clients, options.functionName, target)
    const callerClients = options.caller === undefined ? clients : createClients(options.caller)
    const principal = options.from === '*' ? everyone : await resolvePrincipal(options.from, callerClients)
    const isForCaller = options.caller !== undefined && principal.accountId !== found.accountId
    if (isForCaller) await checkCallerSide(callerClients, principal)
    const lambda = await clients.lambda()
    const permissions = createUrlPermissions(principal.principal, 'AWS_IAM', principal.sourceArn)
    const ours = new Set(permissions.map(({ statementId }) => statementId))
    const actions = new Set<unknown>(permissions.map(({ action }) => action))
    const removed: string[] = []
    const { statements } = await readFunctionPolicy(lambda, found.ref)
    for (const { Sid, Effect, Action, Principal, Condition } of statements) {
      const isGrant =
        Effect === 'Allow' &&
        actions.has(Action) &&
        isSamePrincipal(Principal, principal.principal) &&
        (principal.sourceArn === undefined ||
          JSON.stringify(Condition ?? {}).includes(`"${principal.sourceArn}"`))
      if (Sid === undefined || !(isGrant || ours.has(Sid))) continue
      await removeStatement(lambda, found.ref, Sid)
      removed.push(Sid)
    }
    const { functionArn } = found
    const callerSide = isForCaller
      ? await removeCallerPolicy(callerClients, principal, functionArn)
      : undefined
    return { functionArn, principal, removed, ...(callerSide === undefined ? {} : { callerSide }) }
  })
}

/**
 * Takes away the statements of principals that were deleted: they let nobody in, and keep Lambda from adding others.
 * @param target the account of the function
 * @param options the function, with its alias when the policy is an alias's
 * @returns ids of the statements that were removed
 * @throws {AwsError} `FunctionNotFound`
 */
export async function revokeOrphans(
  target: Target,
  options: { readonly functionName: string },
): Promise<readonly string[]> {
  return withAwsErrors(async () => {
    const clients = createClients(target)
    const { ref } = await findFunction(clients, options.functionName, target)
    const lambda = await clients.lambda()
    const { statements } = await readFunctionPolicy(lambda, ref)
    const removed = listOrphans(statements).flatMap(({ Sid }) => Sid ?? [])
    for (const statementId of removed) await removeStatement(lambda, ref, statementId)
    return removed
  })
}

const everyone: GrantPrincipal = { kind: 'everyone', principal: '*', accountId: '', says: 'everybody' }

/** For people to copy. */
function writeIdentityPolicy(functionArn: string): string {
  return JSON.stringify(createUrlIdentityPolicy(functionArn), undefined, 2)
}

function createNotes(
  found: FoundFunction,
  principal: GrantPrincipal,
  authType: string | undefined,
  isOtherSideOpen: boolean,
): string[] {
  const notes: string[] = []
  if (authType === undefined) {
    const name =
      found.ref.qualifier === undefined
        ? found.ref.functionName
        : `${found.ref.functionName}:${found.ref.qualifier}`
    notes.push(`The function has no URL yet: npx furlong url create ${name}`)
  }
  if (authType === 'NONE') {
    notes.push('The URL has AuthType NONE: the statement for AWS_IAM does not apply until that is changed.')
  }
  if (isOtherSideOpen) {
    notes.push(
      `The caller is of account ${principal.accountId}: its own identity policy must allow both actions too.`,
    )
  } else if (principal.kind === 'account') {
    notes.push(
      'A grant to the own account lets in those whose identity policy allows both actions, nobody else.',
    )
  }
  return notes
}
