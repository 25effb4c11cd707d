import type { CaseFacts, Cause, RefusedAction } from './case-facts.ts'
import { causes } from './causes.ts'
import { compareElement } from './compare-element.ts'
import type { CompiledStatement } from './compile.ts'
import type { AccessRequest } from './contexts.ts'
import type { ActionVerdict, Decision, PolicySet } from './decision.ts'
import { createSubject, decide, resourceKindOf } from './decide.ts'
import { compareDeny, findDenies } from './denying.ts'
import {
  capitalize,
  describeCaller,
  describePlan,
  describePolicy,
  describeStatement,
  describeTarget,
  joinWords,
} from './describe.ts'
import type { ExplainedAction, Explanation, ExplainOptions } from './explanation.ts'
import type { FixPlan } from './fixes.ts'
import { planFixes } from './fixes.ts'
import { findMisses } from './nearest-miss.ts'
import { findPolicyVerdicts } from './policy-findings.ts'
import type { PolicyKind } from './policy.ts'
import { accountOfPrincipal } from './principal.ts'
import { quoteStatement } from './quote-statement.ts'

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
  const named = new Set<CompiledStatement>()
  const actions = decision.actions.map((verdict, index): ExplainedAction => {
    const requested = request.actions[index]
    if (verdict.allowed || requested === undefined) return verdict as ExplainedAction
    const subject = createSubject(request, requested, policies)
    const kinds = listKindsToBlame(request, verdict)
    const misses = findMisses(subject, policies, options).filter(({ statement }) =>
      kinds.has(statement.ref.policy.type),
    )
    refused.push({ verdict, misses })
    const near = misses.slice(0, maxNamed)
    const denies = findDenies(verdict.by.slice(0, maxNamed), policies)
    for (const statement of [...near.map((miss) => miss.statement), ...denies]) named.add(statement)
    const at = { subject, action: verdict.action, options }
    const denying = denies.flatMap((statement) => compareDeny(statement, at))
    return {
      ...verdict,
      policies: findPolicyVerdicts(request, requested, policies),
      nearest: near.flatMap(({ statement, failures }) =>
        failures.map((failure) => compareElement(statement, failure, at)),
      ),
      ...(denying.length > 0 && { denying }),
    }
  })
  const statements = [...named].flatMap((statement) => quoteStatement(statement, options) ?? [])
  const plan = planFixes(request, policies, decision, options)
  return {
    allowed: false,
    ...writeCauses({ request, policies, options, decision, refused }, plan),
    actions,
    ...(statements.length > 0 && { statements }),
    fixes: plan.fixes,
  }
}

/** Most statements that are named for one action. */
const maxNamed = 3

/** Boundaries and the like only let pass what others grant. */
const grantingKinds: ReadonlySet<PolicyKind> = new Set(['identity', 'resource', 'trust'])

/** A statement is a near miss only where an Allow is missing: elsewhere it would change nothing. */
function listKindsToBlame(
  request: AccessRequest,
  verdict: ActionVerdict & { allowed: false },
): ReadonlySet<PolicyKind> {
  if (verdict.kind === 'explicit-deny') return new Set()
  const isSameAccount = accountOfPrincipal(request.principal) === request.resourceAccount
  const isEither = isSameAccount && verdict.blame.includes('identity')
  return new Set([...verdict.blame, ...(isEither ? [resourceKindOf(request)] : [])])
}

function explainAllow(request: AccessRequest, decision: Decision): Explanation {
  const actions = decision.actions.filter((verdict) => verdict.allowed)
  const refs = [...new Set(actions.flatMap(({ by }) => by))].filter((ref) =>
    grantingKinds.has(ref.policy.type),
  )
  const nobody =
    request.principal.type === 'root' ? 'the root user needs no policy' : 'no policy is asked for it'
  const by = refs.length === 0 ? nobody : `granted by ${joinWords(refs.map(describeStatement))}`
  const unknown = [...new Set(actions.flatMap(({ unless }) => unless ?? []))]
  const caller = capitalize(describeCaller(request.principal))
  const what =
    request.endpoint === undefined
      ? `${joinWords(actions.map(({ action }) => action))} on ${describeTarget(request)}`
      : `call ${describeTarget(request)}`
  const says = `${caller} may ${what}: ${by}${describeUnless(unknown)}.`
  return { allowed: true, says, notes: [], actions, fixes: [] }
}

/** What could not be read may still deny. */
function describeUnless(kinds: readonly PolicyKind[]): string {
  if (kinds.length === 0) return ''
  const names = kinds.map(
    (type) => `${type === 'identity' ? 'an' : 'a'} ${describePolicy({ type, name: '' })}`,
  )
  return `, unless ${joinWords(names, 'or')} that could not be read denies it`
}

/** The first cause makes the sentence; further ones and what no plan of ours can change become notes. */
function writeCauses(facts: CaseFacts, plan: FixPlan): { says: string; notes: string[] } {
  const [first, ...others] = findCauses(facts)
  const planned = describePlan(plan.fixes, facts.request, canExempt(facts.policies, plan))
  const steps = planned === '' ? [first?.next] : [first?.alternative, planned]
  const next = steps.filter((step) => step !== undefined).join(', or ')
  const notes = [
    ...(first?.notes ?? []),
    ...others.flatMap(({ says, notes }) => [`${says}.`, ...(notes ?? [])]),
    ...noteOnDeadStatements(plan),
    ...describeRemaining(facts.policies, plan),
    ...noteOnResourceControl(facts),
  ]
  return { says: `${first?.says ?? ''}${next === '' ? '' : `: ${next}`}.`, notes: [...new Set(notes)] }
}

/** The first is what the sentence says; of the rest only those that tell something about another statement. */
function findCauses(facts: CaseFacts): Cause[] {
  const found: Cause[] = []
  for (const row of causes) {
    if (found.length > 0 && !row.isNote) continue
    const cause = row.find(facts)
    const isKnown = cause?.about !== undefined && found.some(({ about }) => about === cause.about)
    if (cause !== undefined && !isKnown) found.push(cause)
  }
  return found
}

/** People suspect them where there is an organization, and never find the cause. */
function noteOnResourceControl({ request, policies, decision }: CaseFacts): string[] {
  const isCertain = decision.stage !== undefined || decision.actions.some((verdict) => isDenied(verdict))
  const isInOrganization =
    policies.scps !== undefined || request.actions.some(({ context }) => 'aws:resourceorgid' in context)
  return request.endpoint === undefined || isCertain || !isInOrganization
    ? []
    : ['A resource control policy cannot be the cause: it does not cover Lambda.']
}

function isDenied(verdict: ActionVerdict): boolean {
  return !verdict.allowed && verdict.kind === 'explicit-deny'
}

/** NotPrincipal hits whoever has a boundary, listed or not. */
function canExempt({ boundary, resource }: PolicySet, { fixes }: FixPlan): boolean {
  const removed = fixes.flatMap((fix) => (fix.kind === 'remove-deny' ? [fix.statement] : []))
  const denies = (resource?.denies ?? []).filter(({ ref }) => removed.includes(ref))
  return boundary === undefined || denies.every(({ source }) => source.notPrincipals === undefined)
}

/** Lambda's own text, "The provided principal was invalid", never says that an old statement is meant. */
function noteOnDeadStatements({ fixes }: FixPlan): string[] {
  const dead = fixes.flatMap((fix) => (fix.kind === 'remove-permission' ? [`"${fix.statementId}"`] : []))
  if (dead.length === 0) return []
  const names = dead.length === 1 ? 'statement' : 'statements'
  const [verb, them] = dead.length === 1 ? ['names', 'it admits'] : ['name', 'they admit']
  return [
    `Lambda adds no permission while the function's policy names somebody who was deleted: ${names} ${joinWords(dead)} ${verb} such a principal and must go first; ${them} nobody any more.`,
  ]
}

function describeRemaining(policies: PolicySet, plan: FixPlan): string[] {
  if (plan.fixes.length === 0 || plan.remaining.length === 0) return []
  const describe = (kind: PolicyKind): string =>
    kind === 'boundary' && policies.boundary
      ? describePolicy(policies.boundary.origin)
      : describePolicy({ type: kind, name: '' })
  const isUnknown = (kind: PolicyKind): boolean => policies.unknown?.includes(kind) === true
  const known = plan.remaining.filter((kind) => !isUnknown(kind)).map(describe)
  const unknown = plan.remaining.filter(isUnknown).map(describe)
  return [
    ...(known.length === 0 ? [] : [`That alone is not enough: the ${joinWords(known)} must allow it, too.`]),
    ...(unknown.length === 0
      ? []
      : [`The ${joinWords(unknown)} could not be read, and must allow the call, too.`]),
  ]
}
