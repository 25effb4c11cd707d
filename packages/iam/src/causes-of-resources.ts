import type { FunctionArnParts } from './arn.ts'
import { parseFunctionArn } from './arn.ts'
import type { CaseFacts, Cause } from './case-facts.ts'
import { findOnlyMiss } from './case-facts.ts'
import { capitalize, describeQualifier, describeStatement } from './describe.ts'

/** A statement is for the function and the URL on an alias, or the other way round. */
export function findQualifier(facts: CaseFacts): Cause | undefined {
  const { resource } = facts.request
  const called = parseFunctionArn(resource)
  if (called === undefined) return undefined
  const isSibling = (other: string): boolean =>
    other !== resource && readCovered(other)?.unqualifiedArn === called.unqualifiedArn
  const found = findOnlyMiss(
    facts,
    ({ failure, miss }) =>
      failure.element === 'Resource' && (miss.statement.source.resources?.some(isSibling) ?? false),
  )
  const sibling = found?.miss.statement.source.resources?.find(isSibling)
  if (found === undefined || sibling === undefined) return undefined
  const covered = readCovered(sibling)?.qualifier
  const what = facts.request.endpoint === undefined ? 'The call is for' : 'The URL belongs to'
  return {
    says: `${what} ${describeQualifier(called.qualifier)}, but ${describeStatement(found.ref)} is for ${describeQualifier(covered)}, which is another resource`,
    about: found.ref,
    notes: [
      `Here the resource is ${resource}. A function, each of its aliases and each of its versions have policies of their own.`,
    ],
  }
}

/** A statement is for a function of that name elsewhere, or for one whose name is mistyped. */
export function findSimilarFunction(facts: CaseFacts): Cause | undefined {
  const { request } = facts
  const called = parseFunctionArn(request.resource)
  if (called === undefined) return undefined
  const pick = (resources: readonly string[] = []): FunctionArnParts | undefined =>
    resources.map(readCovered).find((covered) => covered !== undefined && isSimilar(covered, called))
  const found = findOnlyMiss(
    facts,
    ({ failure, miss }) =>
      failure.element === 'Resource' && pick(miss.statement.source.resources) !== undefined,
  )
  const meant = found && pick(found.miss.statement.source.resources)
  if (found === undefined || meant === undefined) return undefined
  const what = request.endpoint === undefined ? 'the call is for' : 'the URL belongs to'
  return {
    says: `${capitalize(describeStatement(found.ref))} is for function ${meant.name}${describePlace(meant, called)}, but ${what} function ${called.name}${describePlace(called, meant)}`,
    about: found.ref,
    alternative: 'correct its Resource',
    notes: [`Here the resource is ${request.resource}.`],
  }
}

/** Another function of the same place with a name of its own is somebody's grant, and no mistake. */
function isSimilar(one: FunctionArnParts, other: FunctionArnParts): boolean {
  if (one.unqualifiedArn === other.unqualifiedArn) return false
  const isSamePlace = one.region === other.region && one.accountId === other.accountId
  return isSamePlace ? isMistyped(one.name, other.name) : one.name === other.name
}

/** Whether two names differ by letter case, or by one character that is missing, added or another. Digits tell names apart. */
function isMistyped(one: string, other: string): boolean {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one]
  if (short.toLowerCase() === long.toLowerCase()) return true
  if (long.length - short.length > 1 || long.length < 4) return false
  let at = 0
  while (at < short.length && short[at] === long[at]) at += 1
  const behind = long.length === short.length ? at + 1 : at
  return short.slice(behind) === long.slice(at + 1) && !/\d/.test(`${short.slice(at, behind)}${long[at]}`)
}

/** Where a function lies, as far as the other lies elsewhere. */
function describePlace(one: FunctionArnParts, other: FunctionArnParts): string {
  const region = one.region === other.region ? '' : ` in ${one.region}`
  const account = one.accountId === other.accountId ? '' : ` of account ${one.accountId}`
  return `${region}${account}`
}

/** What a `Resource` covers, when it names one function; a pattern over its qualifiers is no ARN. */
function readCovered(pattern: string): FunctionArnParts | undefined {
  const plain = parseFunctionArn(pattern)
  if (plain !== undefined) return plain
  const last = pattern.lastIndexOf(':')
  const covered = parseFunctionArn(pattern.slice(0, last))
  const isOfFunction = covered !== undefined && covered.qualifier === undefined
  return isOfFunction ? { ...covered, qualifier: pattern.slice(last + 1) } : undefined
}
