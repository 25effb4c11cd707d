import type {
  AccessRequest,
  Decision,
  PolicySet,
  Principal,
  RequestContext,
  StatementRef,
} from '@furlong/iam'
import { createFunctionUrlRequest, decide } from '@furlong/iam'
import type { Caller } from '../auth/caller.ts'
import type { CompiledPolicies } from '../auth/compiled-policies.ts'
import { explainRefusal } from '../auth/explain-refusal.ts'
import { readHttpFacts } from '../auth/http-facts.ts'
import { collectPolicies } from '../auth/policy-sets.ts'
import type { Exchange } from '../exchange.ts'
import type { Store } from '../store/store.ts'
import type { UrlFunction } from './url-function.ts'

const anonymous: Principal = { type: 'anonymous' }

/** Where policies lie, and how they look compiled. */
export interface PolicySource {
  readonly store: Store
  readonly policies: CompiledPolicies
}

/**
 * The authorization gate: whether a caller may call a function URL. What policies say of a caller is remembered for as
 * long as nothing in the store changes, unless it hangs on the request.
 *
 * @param exchange the request; its record gets the gate, with what let the caller in or the explanation
 * @param called the URL
 * @param caller undefined on a URL with auth type NONE
 * @param source the store and the compiled policies
 * @returns whether both actions are allowed
 */
export function mayInvoke(
  exchange: Exchange,
  called: UrlFunction,
  caller: Caller | undefined,
  source: PolicySource,
): boolean {
  const { recording } = exchange
  const whose = caller?.accessKeyId ?? 'anonymous'
  const lasting = source.store.remember(`allowed ${called.resourceArn} ${whose}`, () =>
    findLasting(...ask(exchange, called, caller, source)),
  )
  if (lasting !== undefined) {
    recording.set({ allowedBy: lasting })
    recording.pass('authorize')
    return true
  }
  const [request, policies] = ask(exchange, called, caller, source)
  const decision = decide(request, policies)
  if (decision.allowed) {
    recording.set({ allowedBy: nameGrants(decision) })
    recording.pass('authorize')
    return true
  }
  const explanation = explainRefusal(source.store, request, policies)
  recording.refuse({
    gate: 'authorize',
    code: 'AccessDeniedException',
    cause: explanation.says,
    explanation,
  })
  return false
}

function ask(
  exchange: Exchange,
  { url, spec, resourceArn, tags, policy }: UrlFunction,
  caller: Caller | undefined,
  { store, policies }: PolicySource,
): [request: AccessRequest, policies: PolicySet] {
  const request = createFunctionUrlRequest({
    principal: caller?.principal ?? anonymous,
    functionArn: resourceArn,
    authType: url.authType,
    http: readHttpFacts(exchange, spec.region),
    now: exchange.now,
    functionTags: tags,
  })
  const resource = policy && { name: `the policy of function ${spec.name}`, stored: policy }
  return [request, collectPolicies(store, policies, caller, resource)]
}

/** Condition keys that are the same in every request of an access key to a URL, until something in the store changes. */
const lastingKeys =
  /^(?:aws:(?:principal[a-z]*|principaltag\/.*|resourcetag\/.*|resourceaccount|userid|username|securetransport|requestedregion|viaawsservice|multifactorauthpresent|sourceidentity|federatedprovider)|lambda:.*)$/

/**
 * Decides, and watches which condition keys are read on the way: a decision hangs on nothing else of a request.
 *
 * @returns what let the caller in; undefined when nothing did, or when the next request may be decided in another way
 */
function findLasting(request: AccessRequest, policies: PolicySet): string[] | undefined {
  let isLasting = true
  const see = (key: string | symbol): void => {
    if (typeof key !== 'string' || !lastingKeys.test(key)) isLasting = false
  }
  const watch = (context: RequestContext): RequestContext =>
    new Proxy(context, {
      get: (keys, key) => {
        see(key)
        return Reflect.get(keys, key) as unknown
      },
      has: (keys, key) => {
        see(key)
        return Reflect.has(keys, key)
      },
      ownKeys: (keys) => {
        isLasting = false
        return Reflect.ownKeys(keys)
      },
    })
  const actions = request.actions.map(({ action, context }) => ({ action, context: watch(context) }))
  const decision = decide({ ...request, actions }, policies)
  return decision.allowed && isLasting ? nameGrants(decision) : undefined
}

const nameGrants = ({ actions }: Decision): string[] =>
  actions.map((verdict) =>
    verdict.allowed ? `${verdict.action}: ${verdict.by.map(nameOfStatement).join(', ')}` : verdict.action,
  )

const nameOfStatement = ({ policy, sid, index }: StatementRef): string =>
  `${policy.name}, statement ${sid ?? index + 1}`
