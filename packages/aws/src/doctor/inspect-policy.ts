import type { Explanation, Fix } from '@furlong/iam'
import type { Finding } from './finding.ts'
import { nameRef } from '../statements.ts'
import type { Patient } from './find-patient.ts'
import { findHalfGrants, findOrphans, type HalfGrant } from './half-grants.ts'
import type { ReadCaller } from './read-caller.ts'

/** The rule of `lintPolicy` that says the same of a whole policy. */
const halfGrantCode = 'second-action-missing'

/**
 * Looks for what is odd in a function's policy, whoever calls.
 * @param patient the function with its policy
 * @param fixes the steps that mend what keeps the caller out: what they add need not be told twice
 * @returns statements of deleted principals, half grants, and what decides otherwise than it reads
 */
export function inspectPolicy({ policy, found, warnings }: Patient, fixes: readonly Fix[]): Finding[] {
  if (policy === undefined) return []
  const name = nameRef(found.ref)
  // The ones that keep this caller out are told of with the decision.
  const told = new Set(fixes.flatMap((fix) => (fix.kind === 'remove-permission' ? fix.statementId : [])))
  const orphans = findOrphans(policy.policy)
    .filter(({ statementId }) => !told.has(statementId))
    .map(({ statementId, principal }): Finding => ({
      part: 'policy',
      verdict: 'warning',
      says: `The statement ${statementId} names ${principal}, which is what is left of a deleted role or user: AWS adds nothing to the policy while it is there.`,
      tryThis: `npx furlong revoke ${name} --orphans`,
    }))
  const halfGrants = findHalfGrants(found.functionArn, policy.policy)
  const isAdded = ({ fix }: HalfGrant): boolean =>
    fixes.some((one) => one.kind === 'add-permission' && one.principal === fix.principal)
  const halves = halfGrants
    .filter((half) => !isAdded(half))
    .map(({ principal, statementId }): Finding => ({
      part: 'policy',
      verdict: 'warning',
      says: `${principal} has lambda:InvokeFunctionUrl${statementId === undefined ? '' : ` (statement ${statementId})`} and not lambda:InvokeFunction, and since October 2025 a function URL needs both.`,
      tryThis: `npx furlong grant ${name} --upgrade`,
    }))
  // What the rule about half grants says is said above, with the names of the callers.
  const others = warnings.filter(({ code }) => halfGrants.length === 0 || code !== halfGrantCode)
  const lint = others.map(({ path, says, fix }): Finding => ({
    part: 'policy',
    verdict: 'warning',
    says: `${path}: ${says}`,
    tryThis: fix,
  }))
  return [...orphans, ...halves, ...lint]
}

/**
 * Says what the policies decide about a caller.
 * @param explanation the decision
 * @param caller the caller with its policies
 * @returns the decision, and what may make it another
 */
export function inspectDecision(explanation: Explanation, { policies }: ReadCaller): Finding[] {
  const { allowed, actions, says, notes } = explanation
  const isOpen = actions.some((action) => !action.allowed && action.kind === 'unknown')
  const unless = new Set(actions.flatMap((action) => (action.allowed ? (action.unless ?? []) : [])))
  const verdict = allowed ? 'fine' : isOpen ? 'open' : 'wrong'
  const decision: Finding = {
    part: 'permissions',
    verdict,
    says:
      allowed && unless.size > 0
        ? `Both permissions are there, unless what cannot be read from here denies: ${[...unless].map((kind) => unreadNames[kind]).join(', ')}.`
        : allowed
          ? 'Both permissions are there.'
          : says,
  }
  const asks = [...(policies.identity ?? [])].some(({ policy }) =>
    JSON.stringify(policy).match(/aws:sourceip/i),
  )
  return [
    decision,
    ...notes.map((note): Finding => ({ part: 'permissions', verdict: 'warning', says: note })),
    ...(asks
      ? [
          {
            part: 'permissions',
            verdict: 'open',
            says: 'A policy asks for aws:SourceIp, and which address AWS sees is not known from here.',
          } as const,
        ]
      : []),
  ]
}

const unreadNames: Readonly<Record<string, string>> = {
  scp: 'a service control policy',
  session: 'a session policy',
  identity: 'an identity policy',
  boundary: 'a permissions boundary',
  resource: 'the function’s policy',
}
