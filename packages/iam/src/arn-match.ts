import { arnPartCount, splitArn } from './arn.ts'
import type { RequestContext } from './request-context.ts'
import type { Glob } from './glob.ts'
import { anyRun, createGlob, matchesGlob } from './glob.ts'
import type { Piece } from './variables.ts'
import { isDynamic, readPieces, resolvePieces } from './variables.ts'

/** A prepared ARN pattern: up to six parts, compared one by one. */
export interface ArnPattern {
  readonly parts: readonly Glob[]
  /** The whole pattern when it holds no wildcard. */
  readonly exact?: string
}

/** One entry of a `Resource` element, prepared. */
export type ResourceMatcher =
  | { readonly kind: 'any' }
  | { readonly kind: 'fixed'; readonly pattern: ArnPattern }
  | { readonly kind: 'variable'; readonly head: readonly number[]; readonly tail: readonly Piece[] }

/**
 * Prepares an ARN pattern.
 *
 * @param codes from `readWildcards()` or `resolvePieces()`
 * @returns the pattern
 */
export function createArnPattern(codes: readonly number[]): ArnPattern {
  const parts: Glob[] = []
  let from = 0
  while (parts.length < arnPartCount - 1) {
    const found = codes.indexOf(colon, from)
    if (found === -1) break
    parts.push(createGlob(codes.slice(from, found)))
    from = found + 1
  }
  parts.push(createGlob(codes.slice(from)))
  const whole = createGlob(codes).exact
  return whole === undefined ? { parts } : { parts, exact: whole }
}

/**
 * Compares six parts with six parts, as `ArnLike` does.
 *
 * @param pattern a prepared pattern
 * @param parts from `splitArn()`
 * @returns `false` also when either side has fewer than six parts
 */
export function matchesArn(pattern: ArnPattern, parts: readonly string[]): boolean {
  if (pattern.parts.length !== arnPartCount || parts.length !== arnPartCount) return false
  return pattern.parts.every((glob, index) => matchesGlob(glob, parts[index] ?? ''))
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
  const parts = splitArn(text)
  const last = parts.length === arnPartCount ? (parts[arnPartCount - 1] ?? '') : ''
  const head = text.slice(0, text.length - last.length)
  const tail = readPieces(last, 'wildcards', expand)
  const headCodes = readPieces(head, 'wildcards', false).flat() as number[]
  if (isDynamic(tail)) return { kind: 'variable', head: headCodes, tail }
  return { kind: 'fixed', pattern: createArnPattern([...headCodes, ...(tail.flat() as number[])]) }
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
  if (matcher.kind === 'fixed') return matchesResourcePattern(matcher.pattern, resource)
  const tail = resolvePieces(matcher.tail, context)
  return tail !== undefined && matchesResourcePattern(createArnPattern([...matcher.head, ...tail]), resource)
}

const colon = 58

function matchesResourcePattern(pattern: ArnPattern, resource: string): boolean {
  if (pattern.exact !== undefined) return pattern.exact === resource
  let from = 0
  const last = pattern.parts.length - 1
  for (let index = 0; index < last; index++) {
    const end = resource.indexOf(':', from)
    const glob = pattern.parts[index]
    if (end === -1 || glob === undefined || !matchesGlob(glob, resource.slice(from, end))) return false
    from = end + 1
  }
  const glob = pattern.parts[last]
  if (glob === undefined) return false
  if (pattern.parts.length < arnPartCount && glob.codes.at(-1) !== anyRun) return false
  return matchesGlob(glob, resource.slice(from))
}
