import { arnPartCount, splitArn } from './arn.ts'
import type { Glob, Token } from './glob.ts'
import { anyRun, createGlob, matchesGlob, readWildcards } from './glob.ts'
import type { RequestContext } from './request-context.ts'
import type { Piece } from './variables.ts'
import { isStatic, readPieces, resolvePieces } from './variables.ts'

/** A prepared ARN pattern: up to six parts, compared one by one. */
export interface ArnPattern {
  /** Leading parts without wildcards, as one text with the colon behind them. */
  readonly lead: string
  /** The parts behind the lead, at least one. */
  readonly parts: readonly Glob[]
  /** Parts in all. */
  readonly count: number
  /** Whether the last part closes with `*`. */
  readonly isOpen: boolean
}

/** One entry of a `Resource` element, prepared. */
export type ResourceMatcher =
  | { readonly kind: 'any' }
  | { readonly kind: 'exact'; readonly arn: string }
  | { readonly kind: 'pattern'; readonly pattern: ArnPattern }
  | { readonly kind: 'variable'; readonly head: readonly Token[]; readonly tail: readonly Piece[] }

/**
 * Prepares an ARN pattern.
 *
 * @param tokens from `readWildcards()` or `resolvePieces()`
 * @returns the pattern
 */
export function createArnPattern(tokens: readonly Token[]): ArnPattern {
  const parts = splitTokens(tokens)
  const fixed = parts.findIndex((part) => part.some((token) => typeof token !== 'string'))
  const leading = fixed === -1 ? parts.length - 1 : fixed
  let lead = ''
  for (const part of parts.slice(0, leading)) lead += `${part.join('')}:`
  return {
    lead,
    parts: parts.slice(leading).map(createGlob),
    count: parts.length,
    isOpen: tokens.at(-1) === anyRun,
  }
}

/**
 * Compares six parts with six parts, as `ArnLike` does.
 *
 * @param pattern a prepared pattern
 * @param arn the value of the request
 * @returns `false` also when either side has fewer than six parts
 */
export function matchesArn(pattern: ArnPattern, arn: string): boolean {
  return pattern.count === arnPartCount && matchesParts(pattern, arn)
}

/**
 * Prepares one entry of a `Resource` or `NotResource` element.
 *
 * Variables count only behind the fifth colon; before it `${…}` stays literal text.
 *
 * @param text the entry as written
 * @param expand `false` for version 2008-10-17
 * @returns the matcher
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export function createResourceMatcher(text: string, expand: boolean): ResourceMatcher {
  if (text === '*') return { kind: 'any' }
  if (!expand || !text.includes('${')) return createFixedMatcher(readWildcards(text))
  const parts = splitArn(text)
  const last = parts[arnPartCount - 1] ?? ''
  const head = readWildcards(text.slice(0, text.length - last.length))
  const tail = readPieces(last, 'wildcards', expand)
  return isStatic(tail) ? createFixedMatcher([...head, ...tail]) : { kind: 'variable', head, tail }
}

/**
 * Tells whether a request's resource matches one entry.
 *
 * A closing `*` of the last written part runs over the colons behind it.
 *
 * @param matcher from `createResourceMatcher()`
 * @param resource the request's resource: an ARN or `*`
 * @param context for variables
 * @returns whether it matches; an unresolved variable matches nothing
 */
export function matchesResource(
  matcher: ResourceMatcher,
  resource: string,
  context: RequestContext,
): boolean {
  if (matcher.kind === 'any') return true
  if (matcher.kind === 'exact') return matcher.arn === resource
  if (matcher.kind === 'pattern') return matchesResourcePattern(matcher.pattern, resource)
  const tail = resolvePieces(matcher.tail, context)
  return tail !== undefined && matchesResourcePattern(createArnPattern([...matcher.head, ...tail]), resource)
}

function createFixedMatcher(tokens: readonly Token[]): ResourceMatcher {
  if (tokens.every((token) => typeof token === 'string')) return { kind: 'exact', arn: tokens.join('') }
  return { kind: 'pattern', pattern: createArnPattern(tokens) }
}

/** Splits at the first five colons that were written, not at those of a wildcard's run. */
function splitTokens(tokens: readonly Token[]): Token[][] {
  const parts: Token[][] = [[]]
  for (const token of tokens) {
    let rest = token
    while (typeof rest === 'string' && parts.length < arnPartCount) {
      const found: number = rest.indexOf(':')
      if (found === -1) break
      parts.at(-1)?.push(rest.slice(0, found))
      parts.push([])
      rest = rest.slice(found + 1)
    }
    parts.at(-1)?.push(rest)
  }
  return parts
}

function matchesResourcePattern(pattern: ArnPattern, resource: string): boolean {
  return (pattern.count === arnPartCount || pattern.isOpen) && matchesParts(pattern, resource)
}

function matchesParts({ lead, parts }: ArnPattern, arn: string): boolean {
  if (!arn.startsWith(lead)) return false
  let from = lead.length
  for (let index = 0; index < parts.length; index++) {
    const glob = parts[index]
    if (glob === undefined) return false
    if (index === parts.length - 1) return matchesGlob(glob, arn.slice(from))
    const end = arn.indexOf(':', from)
    if (end === -1 || !matchesPart(glob, arn, from, end)) return false
    from = end + 1
  }
  return false
}

/** Without cutting out the part when it has to be just so. */
function matchesPart(glob: Glob, arn: string, from: number, end: number): boolean {
  if (glob.exact === undefined) return matchesGlob(glob, arn.slice(from, end))
  return end === from + glob.exact.length && arn.startsWith(glob.exact, from)
}
