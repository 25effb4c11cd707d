import type { CompiledPolicy } from './compile.ts'
import type { AccessRequest, RequestedAction } from './contexts.ts'
import { createSubject, resourceKindOf } from './decide.ts'
import type { PolicySet } from './decision.ts'
import type { PolicyFinding } from './explanation.ts'
import type { Subject } from './match-statement.ts'
import { matchStatement } from './match-statement.ts'
import type { PolicyKind } from './policy.ts'
import { accountOfPrincipal, isUnderServiceControl } from './principal.ts'
import { grantClasses } from './principal-match.ts'

/**
 * Tells of each kind of policy what it says about one action.
 *
 * @param request the request
 * @param requested one of its actions
 * @param policies every policy that counts
 * @returns one finding for each kind that can have a say
 */
export function findPolicyVerdicts(
  request: AccessRequest,
  requested: RequestedAction,
  policies: PolicySet,
): PolicyFinding[] {
  const subject = createSubject(request, requested, policies)
  const absentKind: PolicyKind = resourceKindOf(request) === 'trust' ? 'resource' : 'trust'
  return kindsInOrder
    .filter((kind) => kind !== absentKind)
    .map((type) => {
      const verdict = judge(type, policies, subject)
      const isDelegated = verdict === 'allows' && delegates(type, request, policies, subject)
      return { type, verdict: isDelegated ? 'delegates' : verdict }
    })
}

const kindsInOrder: readonly PolicyKind[] = ['scp', 'resource', 'trust', 'identity', 'boundary', 'session']

type ReadList = (policies: PolicySet, subject: Subject) => readonly CompiledPolicy[]

const readLists: Readonly<Record<PolicyKind, ReadList>> = {
  scp: ({ scps = [] }, { principal }) => (isUnderServiceControl(principal) ? scps.flat() : []),
  resource: ({ resource }) => (resource ? [resource] : []),
  trust: ({ resource }) => (resource ? [resource] : []),
  identity: ({ identity }) => identity ?? [],
  boundary: ({ boundary }) => (boundary ? [boundary] : []),
  session: ({ session }) => session ?? [],
}

function judge(type: PolicyKind, policies: PolicySet, subject: Subject): PolicyFinding['verdict'] {
  const list = readLists[type](policies, subject)
  const allows = ({ allows: statements }: CompiledPolicy): boolean => speaks(statements, subject)
  if (list.some(({ denies }) => speaks(denies, subject))) return 'denies'
  // Every level of service control policies has to allow.
  const isAllowed =
    type === 'scp' ? (policies.scps ?? []).every((level) => level.some(allows)) : list.some(allows)
  if (list.length > 0 && isAllowed) return 'allows'
  if (policies.unknown?.includes(type) === true) return 'unknown'
  return list.length === 0 ? 'absent' : 'silent'
}

/** At home the name of an account leaves the decision to identity policies; abroad it is a grant. */
function delegates(
  type: PolicyKind,
  { principal, resourceAccount }: AccessRequest,
  { resource }: PolicySet,
  subject: Subject,
): boolean {
  if (type !== 'resource' && type !== 'trust') return false
  const isHome = accountOfPrincipal(principal) === resourceAccount && principal.type !== 'root'
  const grants = resource?.allows.map((statement) => matchStatement(statement, subject)) ?? []
  return isHome && Math.max(...grants) === grantClasses.account
}

function speaks(statements: CompiledPolicy['allows'], subject: Subject): boolean {
  return statements.some((statement) => matchStatement(statement, subject) !== grantClasses.none)
}
