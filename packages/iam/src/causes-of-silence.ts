import type { CaseFacts, Cause } from './case-facts.ts'
import { listSilenced } from './case-facts.ts'
import { describePrincipal } from './compare-element.ts'
import { createSubject, resourceKindOf } from './decide.ts'
import { capitalize, describeCaller, describeStatement, describeTarget, joinWords } from './describe.ts'
import { matchStatement } from './match-statement.ts'
import { accountOfPrincipal } from './principal.ts'
import { grantClasses } from './principal-match.ts'

/** The resource's policy names the account, which hands the decision on to identity policies. */
export function findDelegated(facts: CaseFacts): Cause | undefined {
  const { policies, request } = facts
  const missing = listMissing(facts, 'identity')
  const account = accountOfPrincipal(request.principal)
  const delegating = request.actions
    .filter(({ action }) => missing.includes(action))
    .flatMap((requested) => {
      const subject = createSubject(request, requested, policies)
      return (policies.resource?.allows ?? []).filter(
        (statement) => matchStatement(statement, subject) === grantClasses.account,
      )
    })
  const [statement] = delegating
  if (statement === undefined || account === undefined) return undefined
  return {
    says: `${capitalize(describeStatement(statement.ref))} names account ${account}, which grants nothing by itself but lets the account's own policies decide, and no identity policy of ${describeCaller(request.principal)} allows ${joinWords(missing, 'or')}`,
    about: statement.ref,
  }
}

/** Across accounts: the resource's side allows, the caller's side does not. */
export function findOwnAccount(facts: CaseFacts): Cause | undefined {
  const account = foreignAccount(facts)
  const missing = listMissing(facts, 'identity')
  if (account === undefined || missing.length === 0) return undefined
  const { request } = facts
  const caller = describeCaller(request.principal)
  const owner = resourceKindOf(request) === 'trust' ? 'The trust policy of the role' : "The function's policy"
  return {
    says: `${owner} lets ${caller} of account ${account} in, but that account must allow the call, too, and no identity policy of ${caller} allows ${joinWords(missing, 'or')}`,
    ...noteOnSecondAction(facts, missing),
  }
}

/** Across accounts: the caller's side allows, the function's side does not. */
export function findFunctionAccount(facts: CaseFacts): Cause | undefined {
  const { policies, request } = facts
  const account = foreignAccount(facts)
  const missing = listSilenced(facts, 'resource')
  if (account === undefined || missing.length === 0 || listSilenced(facts, 'identity').length > 0)
    return undefined
  const caller = `${describeCaller(request.principal)} of account ${account}`
  const isOpen = policies.unknown?.includes('identity') === true
  return {
    says: isOpen
      ? `The policy of the function in account ${request.resourceAccount} does not allow ${joinWords(missing, 'or')} to ${caller}`
      : `${capitalize(caller)} is allowed the call by its own account, but the policy of the function in account ${request.resourceAccount} must allow it, too, and does not allow ${joinWords(missing, 'or')}`,
    ...noteOnSecondAction(facts, missing),
  }
}

/** One of an endpoint's actions is allowed and the other is not. */
export function findSecondAction({ decision, request, refused }: CaseFacts): Cause | undefined {
  if (request.endpoint === undefined) return undefined
  const granted = decision.actions.filter((verdict) => verdict.allowed).map(({ action }) => action)
  if (granted.length === 0) return undefined
  const missing = joinWords(refused.map(({ verdict }) => verdict.action))
  return {
    says: `${capitalize(describeCaller(request.principal))} is allowed ${joinWords(granted)}, but ${missing} is missing, and since October 2025 a function URL needs both`,
  }
}

/** A role's trust policy does not name the caller. */
export function findTrust(facts: CaseFacts): Cause | undefined {
  const { principal, resource } = facts.request
  if (listSilenced(facts, 'trust').length === 0) return undefined
  const account = foreignAccount(facts)
  return {
    says: `The trust policy of ${resource} does not allow sts:AssumeRole to ${describePrincipal(principal)}`,
    next: 'name the caller in the trust policy',
    ...(account !== undefined && {
      notes: [`The caller is of another account: account ${account} must allow sts:AssumeRole, too.`],
    }),
  }
}

/** Nobody says anything: always found. */
export function findNothing(facts: CaseFacts): Cause {
  const { request, refused } = facts
  const caller = capitalize(describeCaller(request.principal))
  const account = accountOfPrincipal(request.principal)
  const actions = joinWords(
    refused.map(({ verdict }) => verdict.action),
    'or',
  )
  if (request.endpoint === undefined) {
    const where = request.resource === '*' ? '' : ` on ${request.resource}`
    return { says: `${caller} may not use ${actions}${where}, because no policy allows it` }
  }
  const because = account === undefined ? "the function's policy does not allow" : 'no policy allows'
  return {
    says: `${caller} may not call ${describeTarget(request)}, because ${because} ${actions}`,
    notes: [
      ...(refused.length > 1 ? [bothActionsNote] : []),
      ...(foreignAccount(facts) === undefined
        ? []
        : [
            `The caller is of another account: the policy of the function and those of ${describeCaller(request.principal)} must both allow.`,
          ]),
      ...(request.endpoint.authType === 'NONE'
        ? [
            "With AuthType NONE every caller is anonymous, signed or not, and the function's policy alone decides.",
          ]
        : []),
    ],
  }
}

const bothActionsNote = 'A function URL needs both actions since October 2025; one alone still ends in a 403.'

/** Worth saying when one of the two is there already. */
function noteOnSecondAction({ request }: CaseFacts, missing: readonly string[]): { notes?: string[] } {
  const isHalf = request.endpoint !== undefined && missing.length < request.actions.length
  return isHalf ? { notes: [bothActionsNote] } : {}
}

/** Actions that a kind of policy misses while the resource's own policy does not stand in the way. */
function listMissing(facts: CaseFacts, kind: 'identity'): string[] {
  const elsewhere = listSilenced(facts, resourceKindOf(facts.request))
  return listSilenced(facts, kind).filter((action) => !elsewhere.includes(action))
}

function foreignAccount({ request }: CaseFacts): string | undefined {
  const account = accountOfPrincipal(request.principal)
  return account === request.resourceAccount ? undefined : account
}
