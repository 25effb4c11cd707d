import type { CaseFacts, Cause, RefusedAction } from './causes.ts'
import { causes } from './causes.ts'
import type { AccessRequest, RequestedAction } from './contexts.ts'
import type { Decision, PolicySet } from './decide.ts'
import { createSubject, decide, resourceKindOf } from './decide.ts'
import {
  capitalize,
  describeCaller,
  describePlan,
  describePolicy,
  describeStatement,
  describeTarget,
  joinWords,
} from './describe.ts'
import type { ExplainedAction, Explanation, ExplainOptions, PolicyFinding } from './explanation.ts'
import type { FixPlan } from './fixes.ts'
import { planFixes } from './fixes.ts'
import type { CompiledPolicy } from './compile.ts'
import { matchStatement } from './match-statement.ts'
import { createNearMisses, findMisses } from './nearest-miss.ts'
import type { PolicyKind } from './policy.ts'
import { grantClasses } from './principal-match.ts'

/**
 * Explains a decision: which policies allow, deny or are silent, what came nearest, and the smallest fix.
 *
 * Far slower than `decide()`, and meant for refusals.
 *
 * @param request from `createFunctionUrlRequest()` or `createApiRequest()`
 * @param policies every policy that counts
 * @param options what helps to recognise a mistake
 * @returns the explanation; `fixes` is one plan, all of whose steps are needed
 */
export function explain(
  request: AccessRequest,
  policies: PolicySet,
  options: ExplainOptions = {},
): Explanation {
  const decision = decide(request, policies)
  if (decision.allowed) return explainAllow(request, decision)
  const refused: RefusedAction[] = []
  const actions = decision.actions.map((verdict, index): ExplainedAction => {
    const requested = request.actions[index]
    if (verdict.allowed || requested === undefined) return verdict as ExplainedAction
    const subject = createSubject(request, requested, policies)
    const misses = findMisses(subject, policies, options.related)
    refused.push({ verdict, misses })
    return {
      ...verdict,
      policies: findPolicyVerdicts(request, requested, policies),
      nearest: createNearMisses(misses, request, subject),
    }
  })
  const plan = planFixes(request, policies, decision)
  return {
    allowed: false,
    ...writeCauses({ request, policies, options, decision, refused }, plan),
    actions,
    fixes: plan.fixes,
  }
}

function explainAllow(request: AccessRequest, decision: Decision): Explanation {
  const actions = decision.actions.filter((verdict) => verdict.allowed)
  const refs = [...new Set(actions.flatMap(({ by }) => by))]
  const by =
    refs.length === 0
      ? 'the root user needs no policy'
      : `granted by ${joinWords(refs.map(describeStatement))}`
  const caller = capitalize(describeCaller(request.principal))
  const what =
    request.endpoint === undefined
      ? `${joinWords(actions.map(({ action }) => action))} on ${describeTarget(request)}`
      : `call ${describeTarget(request)}`
  return { allowed: true, says: `${caller} may ${what}: ${by}.`, notes: [], actions, fixes: [] }
}

/** The first cause makes the sentence; further ones and what no plan of ours can change become notes. */
function writeCauses(facts: CaseFacts, plan: FixPlan): { says: string; notes: string[] } {
  const found: { cause: Cause; isNote: boolean }[] = []
  for (const row of causes) {
    const cause = row.find(facts)
    if (cause !== undefined) found.push({ cause, isNote: row.isNote })
  }
  const [first, ...others] = found
  const next = describePlan(plan.fixes, facts.request) || first?.cause.next
  const says = `${first?.cause.says ?? ''}${next === undefined ? '' : `: ${next}`}.`
  const notes = [
    ...(first?.cause.notes ?? []),
    ...others.flatMap(({ cause, isNote }) => (isNote ? [`${cause.says}.`, ...(cause.notes ?? [])] : [])),
    ...describeRemaining(facts.policies, plan),
  ]
  return { says, notes: [...new Set(notes)] }
}

function describeRemaining(policies: PolicySet, plan: FixPlan): string[] {
  if (plan.fixes.length === 0 || plan.remaining.length === 0) return []
  const names = plan.remaining.map((kind) =>
    kind === 'boundary' && policies.boundary
      ? describePolicy(policies.boundary.origin)
      : describePolicy({ type: kind, name: '' }),
  )
  return [`That alone is not enough: the ${joinWords(names)} must allow it, too.`]
}

const kindsInOrder: readonly PolicyKind[] = ['scp', 'resource', 'trust', 'identity', 'boundary', 'session']

function findPolicyVerdicts(
  request: AccessRequest,
  requested: RequestedAction,
  policies: PolicySet,
): PolicyFinding[] {
  const resourceKind = resourceKindOf(request)
  const byKind: Readonly<Record<PolicyKind, readonly CompiledPolicy[]>> = {
    scp: policies.scps?.flat() ?? [],
    resource: resourceKind === 'resource' && policies.resource ? [policies.resource] : [],
    trust: resourceKind === 'trust' && policies.resource ? [policies.resource] : [],
    identity: policies.identity ?? [],
    boundary: policies.boundary ? [policies.boundary] : [],
    session: policies.session ?? [],
  }
  const subject = createSubject(request, requested, policies)
  const speaks = (policy: CompiledPolicy, effect: 'allows' | 'denies'): boolean =>
    policy[effect].some((statement) => matchStatement(statement, subject) !== grantClasses.none)
  return kindsInOrder
    .filter((kind) => kind !== (resourceKind === 'trust' ? 'resource' : 'trust'))
    .map((type): PolicyFinding => {
      const list = byKind[type]
      if (list.length === 0) return { type, verdict: 'absent' }
      if (list.some((policy) => speaks(policy, 'denies'))) return { type, verdict: 'denies' }
      // Every level of service control policies has to allow.
      const allows =
        type === 'scp'
          ? (policies.scps ?? []).every((level) => level.some((policy) => speaks(policy, 'allows')))
          : list.some((policy) => speaks(policy, 'allows'))
      return { type, verdict: allows ? 'allows' : 'silent' }
    })
}
