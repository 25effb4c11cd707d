import type { CompiledPolicy } from './compile.ts'
import { compilePolicy } from './compile.ts'
import type { AccessRequest } from './contexts.ts'
import type { ActionVerdict, PolicySet } from './decision.ts'
import type { PolicyKind } from './policy.ts'
import type { Principal } from './principal.ts'
import { isUnderServiceControl } from './principal.ts'

/**
 * Weighs a verdict when not every policy is known: an Allow stands unless what is unknown denies, a refusal stands when
 * nothing unknown could change it.
 *
 * @param verdict what the known policies say
 * @param request the request
 * @param policies the known policies, and the kinds of which there may be more
 * @param decideWith decides the same action with other policies
 * @returns the verdict; with `unless` for an Allow, `unknown` for a refusal that may be none
 */
export function weighUnknown(
  verdict: ActionVerdict,
  request: AccessRequest,
  policies: PolicySet,
  decideWith: (policies: PolicySet) => ActionVerdict,
): ActionVerdict {
  const kinds = listUnknown(request, policies)
  if (kinds.length === 0) return verdict
  if (verdict.allowed) return { ...verdict, unless: kinds }
  if (verdict.kind === 'explicit-deny') return verdict
  const atBest = decideWith(suppose(policies, kinds))
  if (!atBest.allowed) return atBest
  const { action, blame } = verdict
  const needed = kinds.filter((kind) => blame.includes(kind) || isResourceKind(kind))
  return { action, allowed: false, kind: 'unknown', blame: needed, by: [] }
}

/** The kinds of policy that have a say about each sort of caller, in the order AWS names them. */
const kindsByCaller: Readonly<Record<Principal['type'], readonly PolicyKind[]>> = {
  user: ['scp', 'resource', 'trust', 'identity', 'boundary'],
  'role-session': ['scp', 'resource', 'trust', 'identity', 'boundary', 'session'],
  'federated-user': ['scp', 'resource', 'trust', 'identity', 'boundary', 'session'],
  root: ['scp', 'resource', 'trust'],
  service: ['resource', 'trust'],
  anonymous: ['resource', 'trust'],
}

function listUnknown(
  { principal, resourcePolicyMustAllow }: AccessRequest,
  { unknown = [] }: PolicySet,
): PolicyKind[] {
  const absent: PolicyKind = resourcePolicyMustAllow === true ? 'resource' : 'trust'
  return kindsByCaller[principal.type].filter(
    (kind) =>
      kind !== absent && unknown.includes(kind) && (kind !== 'scp' || isUnderServiceControl(principal)),
  )
}

function isResourceKind(kind: PolicyKind): boolean {
  return kind === 'resource' || kind === 'trust'
}

const everything = {
  version: '2012-10-17',
  statements: [{ effect: 'Allow', actions: ['*'], resources: ['*'], conditions: [] }],
} as const

/** Without a principal it is a direct grant to whoever calls: the most that a policy can say. */
const allowAll: CompiledPolicy = compilePolicy(everything, { type: 'identity', name: 'supposed' })

/**
 * What is unknown may allow everything; what only limits may not be there at all. A caller has one boundary at most.
 * No known statement denies when this is asked, so that nothing is lost with those that `allowAll` stands in for.
 */
function suppose(policies: PolicySet, kinds: readonly PolicyKind[]): PolicySet {
  const { identity = [], boundary, session, resource, scps } = policies
  const isUnknown = (kind: PolicyKind): boolean => kinds.includes(kind)
  const best = isUnknown('resource') || isUnknown('trust') ? allowAll : resource
  return {
    identity: isUnknown('identity') ? [allowAll] : identity,
    ...(boundary && { boundary }),
    ...(isUnknown('session') ? { session: [allowAll] } : session && { session }),
    ...(best && { resource: best }),
    ...(scps && !isUnknown('scp') && { scps }),
  }
}
