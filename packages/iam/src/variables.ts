import type { Token } from './glob.ts'
import { readWildcards } from './glob.ts'
import type { RequestContext } from './request-context.ts'

/** A piece of a policy text: literal text, a wildcard, or a variable to look up. */
export type Piece = Token | Variable

/** `${key}` or `${key, 'default'}`. */
export interface Variable {
  /** Lower-cased. */
  readonly key: string
  readonly fallback?: string
}

/** How a text's own `*` and `?` are read. */
export type Reading = 'wildcards' | 'literal'

/**
 * Splits a policy text at its variables.
 *
 * `${*}`, `${?}` and `${$}` are the characters themselves. An unclosed `${` is plain text.
 *
 * @param text the value as written
 * @param reading whether `*` and `?` outside variables are wildcards
 * @param expand `false` for version 2008-10-17, where `${…}` is literal text
 * @returns the pieces in order
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
export function readPieces(text: string, reading: Reading, expand: boolean): readonly Piece[] {
  if (!expand || !text.includes('${')) return reading === 'wildcards' ? readWildcards(text) : [text]
  const read = (part: string): readonly Token[] => (reading === 'wildcards' ? readWildcards(part) : [part])
  const pieces: Piece[] = []
  let from = 0
  for (;;) {
    const open = text.indexOf('${', from)
    const close = open === -1 ? -1 : text.indexOf('}', open)
    if (close === -1) break
    if (open > from) pieces.push(...read(text.slice(from, open)))
    const inner = text.slice(open + 2, close)
    pieces.push(escapes.has(inner) ? inner : readVariable(inner))
    from = close + 1
  }
  if (from < text.length) pieces.push(...read(text.slice(from)))
  return pieces
}

/**
 * Puts the values of a request into a text's variables.
 *
 * A value is literal text: a `*` in a session's tag never becomes a wildcard.
 *
 * @param pieces from `readPieces()`
 * @param context the request's condition keys
 * @returns literal texts and wildcards, or `undefined` when a variable has no single value and no default
 */
export function resolvePieces(
  pieces: readonly Piece[],
  context: RequestContext,
): readonly Token[] | undefined {
  const tokens: Token[] = []
  for (const piece of pieces) {
    if (typeof piece !== 'object') {
      tokens.push(piece)
      continue
    }
    const value = context[piece.key] ?? piece.fallback
    if (typeof value !== 'string') return undefined
    tokens.push(value)
  }
  return tokens
}

/**
 * Tells whether a text is the same for every request.
 *
 * @param pieces from `readPieces()`
 * @returns whether no piece is a variable
 */
export function isStatic(pieces: readonly Piece[]): pieces is readonly Token[] {
  return pieces.every((piece) => typeof piece !== 'object')
}

const escapes: ReadonlySet<string> = new Set(['*', '?', '$'])

function readVariable(inner: string): Variable {
  const comma = inner.indexOf(',')
  // A key always holds a colon. Without one nothing may be found, not even on Object.prototype.
  const name = (comma === -1 ? inner : inner.slice(0, comma)).trim().toLowerCase()
  const key = name.includes(':') ? name : `:${name}`
  if (comma === -1) return { key }
  const quoted = inner.slice(comma + 1).trim()
  const isQuoted = quoted.length >= 2 && quoted.startsWith("'") && quoted.endsWith("'")
  return isQuoted ? { key, fallback: quoted.slice(1, -1) } : { key }
}
