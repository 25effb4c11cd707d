import type { ActionVerdict, Principal, RequestContext } from '../index.ts'
import { decide } from '../index.ts'
import { decideByTheBook } from './by-the-book.ts'
import { account } from './cases.ts'
import { callWith, compileSet, type RawSet } from './random-cases.ts'

/** One action, decided by the engine and by the book. */
export interface Comparison {
  readonly action: string
  readonly got: VerdictName
  readonly expected: VerdictName
}

/** A verdict in one word. */
export type VerdictName = 'Allow' | 'ExplicitDeny' | 'ImplicitDeny' | 'Unknown'

/**
 * Decides each action of a call both ways.
 *
 * @param raw documents of every kind
 * @param principal who calls
 * @param arn of the function
 * @param keys condition keys beside those that every request has
 * @returns both verdicts on each action
 */
export function compareWithTheBook(
  raw: RawSet,
  principal: Principal,
  arn: string,
  keys: RequestContext,
): Comparison[] {
  const request = callWith(principal, arn, keys)
  const { resource: resourcePolicy, ...others } = raw
  return decide(request, compileSet(raw)).actions.map((verdict, index) => {
    const { action } = verdict
    const context = request.actions[index]?.context ?? {}
    const it = { principal, action, resource: arn, resourceAccount: account, context, ...others }
    const expected = decideByTheBook({ ...it, ...(resourcePolicy && { resourcePolicy }) })
    return { action, got: nameOf(verdict), expected }
  })
}

const kindNames = {
  'explicit-deny': 'ExplicitDeny',
  'implicit-deny': 'ImplicitDeny',
  unknown: 'Unknown',
} as const

function nameOf(verdict: ActionVerdict): VerdictName {
  return verdict.allowed ? 'Allow' : kindNames[verdict.kind]
}
