/** Who may call what: decided as the gates of a function URL decide, for a `GET /` from this machine. */
import {
  type AccessRequest,
  createFunctionUrlRequest,
  decide,
  type Decision,
  type Explanation,
  parseFunctionArn,
  type PolicySet,
  type Principal,
} from '@furlong/iam'
import { describeCaller } from '../auth/caller.ts'
import { explainRefusal } from '../auth/explain-refusal.ts'
import { collectPolicies } from '../auth/policy-sets.ts'
import type { FunctionUrlRow } from '../store/function-urls.ts'
import type { PrincipalRecord } from '../store/principals.ts'
import { everybody, listPrincipals, toCaller } from './callers.ts'
import type { AccessAnswer, AccessEdge, AccessPair, AccessPicture } from './contract.ts'
import { planFixes } from './fixes.ts'
import { summarizeUrl } from './functions.ts'
import { ConsoleError, type ConsoleParts } from './parts.ts'

/** Most pairs of a caller and a URL that one picture decides. */
const maxPairs = 5_000

/** How many are decided before others get their turn: calls of functions go on meanwhile. */
const pairsAtOnce = 100

/** What roles call themselves where no session is named. */
export const sessionName = 'furlong-console'

const anonymous: Principal = { type: 'anonymous' }

/** A pair as the gates would see it. */
interface Asked {
  readonly request: AccessRequest
  readonly policies: PolicySet
  readonly decision: Decision
}

/** Decides every pair of a user or role and a URL, and everybody on public URLs. */
export async function drawAccess(parts: ConsoleParts): Promise<AccessPicture> {
  const all = { urls: parts.store.allFunctionUrls(), callers: listPrincipals(parts.store) }
  const urls = all.urls.slice(0, Math.floor(Math.sqrt(maxPairs)))
  const callers = all.callers.slice(0, Math.floor(maxPairs / Math.max(1, urls.length)))
  const edges: AccessEdge[] = []
  let decided = 0
  for (const url of urls) {
    for (const caller of url.authType === 'NONE' ? [undefined] : callers) {
      const edge = toEdge(parts, url, caller)
      if (edge !== undefined) edges.push(edge)
      decided += 1
      if (decided % pairsAtOnce === 0) await new Promise((resolve) => setImmediate(resolve))
    }
  }
  const leftOut = {
    callers: all.callers.length - callers.length,
    urls: all.urls.length - urls.length,
  }
  return {
    callers: [...callers.map(toCaller), everybody],
    urls: urls.map((url) => summarizeUrl(parts, url)),
    edges,
    ...(leftOut.callers + leftOut.urls === 0 ? {} : { leftOut }),
  }
}

function toEdge(
  parts: ConsoleParts,
  url: FunctionUrlRow,
  caller: PrincipalRecord | undefined,
): AccessEdge | undefined {
  const { decision } = ask(parts, url, caller)
  const verdict = judge(decision)
  if (verdict === 'none') return undefined
  return {
    caller: caller?.arn ?? everybody.arn,
    urlId: url.urlId,
    verdict,
    missing: decision.actions.flatMap(({ action, allowed }) => (allowed ? [] : [action])),
    statementIds: listStatementIds(parts, url, caller),
  }
}

/**
 * Explains one pair.
 *
 * @throws {ConsoleError} for a caller or a URL that is not there
 */
export function explainAccess(parts: ConsoleParts, pair: AccessPair): AccessAnswer {
  const { url, caller } = findPair(parts, pair)
  const { request, policies, decision } = ask(parts, url, caller)
  const explanation = explainRefusal(parts.store, request, policies)
  return {
    ...pair,
    verdict: judge(decision),
    actions: decision.actions,
    explanation,
    ...(decision.allowed ? {} : { fixes: planFixes(parts, explanation.fixes) }),
  }
}

/** @returns why the pair is refused, undefined when it is not */
export function findRefusal(
  parts: ConsoleParts,
  url: FunctionUrlRow,
  caller: PrincipalRecord | undefined,
): Explanation | undefined {
  const { request, policies, decision } = ask(parts, url, caller)
  return decision.allowed ? undefined : explainRefusal(parts.store, request, policies)
}

/**
 * Finds who and what a pair names.
 *
 * @returns the caller is undefined for everybody
 * @throws {ConsoleError} 404
 */
export function findPair(
  parts: ConsoleParts,
  pair: AccessPair,
): { readonly url: FunctionUrlRow; readonly caller: PrincipalRecord | undefined } {
  const url = findUrl(parts, pair.urlId)
  const caller = pair.caller === everybody.arn ? undefined : parts.store.principals.byArn(pair.caller)
  if (caller === undefined && pair.caller !== everybody.arn)
    throw new ConsoleError(404, `No user or role of this side has the ARN ${pair.caller}.`)
  return { url, caller }
}

/** @throws {ConsoleError} 404 */
export function findUrl({ store }: ConsoleParts, urlId: string): FunctionUrlRow {
  const url = store.functionUrl(urlId)
  if (url === undefined) throw new ConsoleError(404, `No function URL of this side has the id ${urlId}.`)
  return url
}

/** Statements of the function's own policy that name a caller and allow one of the two actions. */
export function listStatementIds(
  { store }: ConsoleParts,
  { functionArn, qualifier }: FunctionUrlRow,
  caller: Pick<PrincipalRecord, 'id' | 'arn'> | undefined,
): string[] {
  const { statements = [] } = store.policies.get(functionArn, qualifier) ?? {}
  return statements.flatMap(({ Sid, Principal, Action }) => {
    const named = typeof Principal === 'object' && 'AWS' in Principal ? Principal.AWS : Principal
    const isOfCaller = caller === undefined ? named === '*' : named === caller.id || named === caller.arn
    return isOfCaller && /^(?:\*|lambda:(?:\*|Invoke.*))$/.test(Action) ? [Sid] : []
  })
}

function ask(parts: ConsoleParts, url: FunctionUrlRow, owner: PrincipalRecord | undefined): Asked {
  const { store, policies, now } = parts
  const { functionArn, qualifier, authType } = url
  const { name = functionArn, region = '' } = parseFunctionArn(functionArn) ?? {}
  const at = now()
  // On a public URL a signature counts for nothing.
  const caller =
    owner === undefined || authType === 'NONE' ? undefined : describeCaller(owner, sessionName, at)
  const request = createFunctionUrlRequest({
    principal: caller?.principal ?? anonymous,
    functionArn: qualifier === undefined ? functionArn : `${functionArn}:${qualifier}`,
    authType,
    http: { sourceIp: '127.0.0.1', secureTransport: true, region },
    now: at,
    functionTags: store.functionByArn(functionArn)?.tags ?? {},
  })
  const stored = store.functionPolicy(functionArn, qualifier)
  const set = collectPolicies(
    store,
    policies,
    caller,
    stored && { name: `the policy of function ${name}`, stored },
  )
  return { request, policies: set, decision: decide(request, set) }
}

function judge({ allowed, actions }: Decision): AccessAnswer['verdict'] {
  if (allowed) return 'granted'
  if (actions.some((verdict) => !verdict.allowed && verdict.kind === 'explicit-deny')) return 'denied'
  return actions.some((verdict) => verdict.allowed) ? 'half' : 'none'
}
