/** Who may call what: decided as the gates of a function URL decide, for a `GET /` from this machine. */
import {
  type AccessRequest,
  createFunctionUrlRequest,
  decide,
  type Decision,
  type Explanation,
  parseFunctionArn,
  type PolicyKind,
  type PolicySet,
} from '@furlong/iam'
import { explainRefusal } from '../auth/explain-refusal.ts'
import { collectPolicies } from '../auth/policy-sets.ts'
import type { FunctionUrlRow } from '../store/function-urls.ts'
import { everybody, listPrincipals } from './callers.ts'
import type { AccessAnswer, AccessEdge, AccessPair, AccessPicture, Caller } from './contract.ts'
import { createGrant, planFixes } from './fixes.ts'
import { summarizeUrl } from './functions.ts'
import { ConsoleError, type ConsoleParts } from './parts.ts'
import { findParty, listGrantees, listStatementIds, type Party, toParty, unsigned } from './parties.ts'

/** Most pairs of a caller and a URL that one picture decides. */
const maxPairs = 5_000

/** How many are decided before others get their turn: calls of functions go on meanwhile. */
const pairsAtOnce = 100

/** Decides every pair of a user or role and a URL, of all others that a URL's policy names, and everybody on public URLs. */
export async function drawAccess(parts: ConsoleParts): Promise<AccessPicture> {
  const { store } = parts
  const now = parts.now()
  const all = { urls: store.allFunctionUrls(), callers: listPrincipals(store) }
  const urls = all.urls.slice(0, Math.floor(Math.sqrt(maxPairs)))
  const callers = all.callers
    .slice(0, Math.floor(maxPairs / Math.max(1, urls.length)))
    .map((record) => toParty(record, now))
  const named = new Map<string, Caller>()
  const edges: AccessEdge[] = []
  let decided = 0
  for (const url of urls) {
    const grantees = listGrantees(store, url, now)
    for (const { shown } of grantees) named.set(shown.arn, shown)
    for (const party of url.authType === 'NONE' ? [unsigned] : [...callers, ...grantees]) {
      const edge = toEdge(parts, url, party)
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
    callers: sortByAccount([...callers.map(({ shown }) => shown), ...named.values(), everybody]),
    urls: urls.map((url) => summarizeUrl(parts, url)),
    edges,
    ...(leftOut.callers + leftOut.urls === 0 ? {} : { leftOut }),
  }
}

/** Those of an account stand together, behind the accounts that come first; who is of none comes last. */
function sortByAccount(callers: readonly Caller[]): Caller[] {
  const { '': homeless = [], ...accounts } = Object.groupBy(callers, ({ accountId }) => accountId)
  return [...Object.values(accounts).flatMap((group = []) => group), ...homeless]
}

function toEdge(parts: ConsoleParts, url: FunctionUrlRow, party: Party): AccessEdge | undefined {
  const asked = ask(parts, url, party)
  const verdict = judge(asked)
  if (verdict === 'none') return undefined
  const { missing, lacks, unknown } = weigh(asked)
  return {
    caller: party.shown.arn,
    urlId: url.urlId,
    verdict,
    missing,
    ...(lacks.length === 0 ? {} : { lacks }),
    ...(unknown.length === 0 ? {} : { unknown }),
    statementIds: listStatementIds(parts.store, url, party),
  }
}

/**
 * Explains one pair.
 *
 * @throws {ConsoleError} for a caller or a URL that is not there
 */
export function explainAccess(parts: ConsoleParts, pair: AccessPair): AccessAnswer {
  const { url, party } = findPair(parts, pair)
  const asked = ask(parts, url, party)
  const { request, policies, decision } = asked
  const explained = explainRefusal(parts.store, request, policies)
  const explanation = party.unknown === undefined ? explained : describeUnread(url, party, asked, explained)
  return {
    ...pair,
    verdict: judge(asked),
    actions: decision.actions,
    explanation,
    ...(decision.allowed ? {} : { fixes: planFixes(parts, explanation.fixes) }),
  }
}

/** What can be said of those whose own policies are not known here. */
function describeUnread(
  url: FunctionUrlRow,
  { shown }: Party,
  asked: Asked,
  explained: Explanation,
): Explanation {
  const { missing, unknown } = weigh(asked)
  if (judge(asked) === 'denied') return explained
  const fixes =
    shown.type === 'deleted'
      ? []
      : createGrant(url, shown.arn).filter(({ action }) => missing.includes(action))
  return { ...explained, says: sayUnread(shown, missing, unknown), notes: [], fixes }
}

function sayUnread(
  { type, name, isUnknown }: Caller,
  missing: readonly string[],
  unknown: readonly PolicyKind[],
): string {
  const who = type === 'account' ? (name === 'any account' ? name : `account ${name}`) : `${type} ${name}`
  if (type === 'deleted')
    return `The function's policy names ${name}, a user or role that was deleted: that lets nobody in any more, and Lambda adds no permission while it stands there.`
  const actions = missing.join(' and ')
  if (unknown.length === 0)
    return `The function's policy does not allow ${actions} to ${who}: nobody of it gets in.`
  const open = missing.length === 0 ? '' : ` for one of the two actions, but not for ${actions}`
  const decides =
    type === 'account'
      ? 'which of its callers get in, its own identity policies decide: each needs one that allows the call, too'
      : 'its own policies must allow the call, too'
  const known = isUnknown === true ? '. It is no account of this side, so that they are not known here' : ''
  return `The function's policy lets ${who} in${open}; ${decides}${known}.`
}

/** @returns why the pair is refused, undefined when it is not */
export function findRefusal(parts: ConsoleParts, url: FunctionUrlRow, party: Party): Explanation | undefined {
  const { request, policies, decision } = ask(parts, url, party)
  return decision.allowed ? undefined : explainRefusal(parts.store, request, policies)
}

/**
 * Finds who and what a pair names.
 *
 * @throws {ConsoleError} 404
 */
export function findPair(
  parts: ConsoleParts,
  pair: AccessPair,
): { readonly url: FunctionUrlRow; readonly party: Party } {
  const url = findUrl(parts, pair.urlId)
  const party = findParty(parts.store, pair.caller, parts.now())
  if (party === undefined)
    throw new ConsoleError(404, `Nobody whom this side knows has the ARN ${pair.caller}.`)
  return { url, party }
}

/** @throws {ConsoleError} 404 */
export function findUrl({ store }: ConsoleParts, urlId: string): FunctionUrlRow {
  const url = store.functionUrl(urlId)
  if (url === undefined) throw new ConsoleError(404, `No function URL of this side has the id ${urlId}.`)
  return url
}

/** A pair as the gates would see it. */
interface Asked {
  readonly request: AccessRequest
  readonly policies: PolicySet
  readonly decision: Decision
}

function ask(parts: ConsoleParts, url: FunctionUrlRow, party: Party): Asked {
  const { store, policies, now } = parts
  const { functionArn, qualifier, authType } = url
  const { name = functionArn, region = '' } = parseFunctionArn(functionArn) ?? {}
  // On a public URL a signature counts for nothing.
  const { principal, signer, unknown } = authType === 'NONE' ? unsigned : party
  const request = createFunctionUrlRequest({
    principal,
    functionArn: qualifier === undefined ? functionArn : `${functionArn}:${qualifier}`,
    authType,
    http: { sourceIp: '127.0.0.1', secureTransport: true, region },
    now: now(),
    functionTags: store.functionByArn(functionArn)?.tags ?? {},
  })
  const stored = store.functionPolicy(functionArn, qualifier)
  const known = collectPolicies(
    store,
    policies,
    signer,
    stored && { name: `the policy of function ${name}`, stored },
  )
  const set = unknown === undefined ? known : { ...known, unknown }
  return { request, policies: set, decision: decide(request, set) }
}

function judge(asked: Asked): AccessAnswer['verdict'] {
  const { allowed, actions } = asked.decision
  if (allowed) return 'granted'
  if (actions.some((verdict) => !verdict.allowed && verdict.kind === 'explicit-deny')) return 'denied'
  return weigh(asked).missing.length < actions.length ? 'half' : 'none'
}

/** Kinds of policy that stop what another grants, and grant nothing themselves. */
const caps: ReadonlySet<PolicyKind> = new Set(['boundary', 'session', 'scp'])

/** What of a call is granted by nobody, and what of it is granted and still stopped. */
function weigh({ request, decision }: Asked): {
  readonly missing: readonly string[]
  readonly lacks: readonly PolicyKind[]
  readonly unknown: readonly PolicyKind[]
} {
  const { principal, resourceAccount } = request
  const isAbroad = 'account' in principal && principal.account !== resourceAccount
  const missing: string[] = []
  const lacks = new Set<PolicyKind>()
  const unknown = new Set<PolicyKind>()
  for (const verdict of decision.actions) {
    if (verdict.allowed) continue
    const { action, blame, kind } = verdict
    // Across accounts both sides must allow: what the function's side does is a grant that waits for the other.
    const isGranted =
      kind !== 'explicit-deny' &&
      decision.stage === undefined &&
      (isAbroad ? !blame.includes('resource') : blame.every((one) => caps.has(one)))
    if (!isGranted) missing.push(action)
    else for (const one of blame) (kind === 'unknown' ? unknown : lacks).add(one)
  }
  return { missing, lacks: [...lacks], unknown: [...unknown] }
}
