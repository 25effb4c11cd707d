import { createUrlPermissions, type UrlPermission } from '@furlong/iam'
import { quoteShellWord } from '../command-line.ts'
import { rethrowPrincipal } from '../invalid-principal.ts'
import type { GrantPrincipal } from '../principal.ts'
import type { Setup } from '../setup/setup.ts'
import {
  ensurePermissions,
  isSameStatement,
  listOrphans,
  nameRef,
  refuseOrphans,
  readUrlCaller,
  removeStatement,
  type FunctionRef,
  type Statement,
} from '../statements.ts'
import type { FunctionUrl } from '../urls.ts'
import { freshPrincipal } from '../wait.ts'
import type { PlannedStep, Work } from './plan.ts'

/** What the grants are planned from. */
export interface GrantFacts {
  readonly setup: Setup
  readonly ref: FunctionRef
  /** The callers of the set-up, found. */
  readonly principals: readonly GrantPrincipal[]
  /** The policy of the function or alias. */
  readonly statements: readonly Statement[]
  readonly url: FunctionUrl | undefined
}

/**
 * Plans who may call: the callers of the set-up, everybody for `NONE`, and what is named and left alone.
 * @param facts what is to exist, and what is there
 * @returns the steps
 * @throws {AwsError} `PrincipalNotFound` when statements of deleted principals would make Lambda refuse what is to be added
 */
export function planGrants(facts: GrantFacts): PlannedStep[] {
  const { setup, ref, principals, statements } = facts
  if (setup.url === undefined && principals.length === 0) return []
  const steps = [
    ...planPublic(facts),
    ...principals.map((principal) =>
      planPermissions(createUrlPermissions(principal.principal, 'AWS_IAM', principal.sourceArn), statements, {
        says: `${principal.principal} (${principal.says})`,
        isFresh: true,
      }),
    ),
  ]
  const added = steps.filter(({ action }) => action === 'create' || action === 'change')
  const ours = principals.flatMap((principal) =>
    createUrlPermissions(principal.principal, 'AWS_IAM', principal.sourceArn),
  )
  if (added.length > 0) refuseOrphans(ref, statements, ours)
  return [...steps, ...nameOthers(facts, ours)]
}

/** What is wanted is said, or what the URL is; a URL of `NONE` whose statements are missing answers 403 to everybody. */
function planPublic({ setup, statements, url }: GrantFacts): PlannedStep[] {
  const permissions = createUrlPermissions('*', 'NONE')
  const authType = setup.url?.authType
  if (authType === 'NONE')
    return [planPermissions(permissions, statements, { says: 'everybody', isFresh: false })]
  if (authType !== 'AWS_IAM' || url === undefined) return []
  const left = statements.filter(({ Sid }) => permissions.some(({ statementId }) => statementId === Sid))
  if (left.length === 0) return []
  // Inert while the URL is guarded, and live again when somebody opens it.
  return [
    {
      what: 'grant',
      action: 'remove',
      says: 'everybody',
      carryOut: async (work) => {
        for (const { Sid = '' } of left) await removeStatement(work.lambda, work.ref, Sid)
      },
    },
  ]
}

function planPermissions(
  permissions: readonly UrlPermission[],
  statements: readonly Statement[],
  options: { readonly says: string; readonly isFresh: boolean },
): PlannedStep {
  const missing = permissions.filter(
    (one) => !statements.some((statement) => isSameStatement(statement, one)),
  )
  const { says } = options
  if (missing.length === 0) return { what: 'grant', action: 'keep', says }
  const isNew = missing.length === permissions.length
  return {
    what: 'grant',
    action: isNew ? 'create' : 'change',
    says: isNew ? says : `${says}: ${missing.map(({ action }) => action).join(', ')}`,
    carryOut: async (work: Work) => {
      const rules = options.isFresh && work.target.kind === 'aws' ? [freshPrincipal] : []
      await ensurePermissions(work.lambda, work.ref, permissions, { patience: work.patience(), rules }).catch(
        rethrowPrincipal(work.lambda, work.ref, permissions[0]?.principal ?? ''),
      )
      return says
    },
  }
}

/**
 * Grants that the configuration does not have: somebody may rely on them, and the policy does not say who gave them.
 * They are named with the command that takes them back, and stay.
 */
function nameOthers({ setup, ref, statements }: GrantFacts, ours: readonly UrlPermission[]): PlannedStep[] {
  if (!setup.listsAllGrants) return []
  const orphans = listOrphans(statements)
  const others = statements.flatMap((statement) => {
    const caller = readUrlCaller(statement)
    const isOurs = ours.some((permission) => isSameStatement(statement, permission))
    return caller === undefined || caller === '*' || isOurs || orphans.includes(statement) ? [] : [caller]
  })
  const name = nameRef(ref)
  const left = [...new Set(others)].map((caller) => ({
    says: `${caller}, which the configuration does not have`,
    tryThis: `npx furlong revoke ${name} --from ${quoteShellWord(caller)}`,
  }))
  if (orphans.length > 0) {
    left.push({
      says: `${orphans.map(({ Sid = '' }) => Sid).join(', ')} of principals that were deleted`,
      tryThis: `npx furlong revoke ${name} --orphans`,
    })
  }
  return left.map((one): PlannedStep => ({ what: 'grant', action: 'leave', ...one }))
}
