import type { GapNeedle } from './gap-search.ts'
import { createGapNeedle, findGapNeedle, gap } from './gap-search.ts'
import type { Needle } from './substring-search.ts'
import { createNeedle, findNeedle } from './substring-search.ts'

/** Stands for `*`: any run of characters. */
export const anyRun = 0
/** Stands for `?`: one character. */
export const anyOne = 1

/** A piece of a pattern: literal text, or a wildcard. */
export type Token = string | typeof anyRun | typeof anyOne

/** A prepared pattern. */
export interface Glob {
  /** The pattern's text when it holds no wildcard. */
  readonly exact: string | undefined
  /** Before the first `*`. */
  readonly head: string
  /** Between two `*`. */
  readonly needles: readonly Needle[]
  /** Behind the last `*`. */
  readonly tail: string
  /** Characters of all of these, in UTF-16 code units. */
  readonly minLength: number
  /** The same when the pattern holds a `?`. */
  readonly gapped: GappedGlob | undefined
}

interface GappedGlob {
  /** Absent without a `*`: then the head is all. */
  readonly tail?: readonly number[]
  readonly head: readonly number[]
  readonly needles: readonly GapNeedle[]
  /** In characters. */
  readonly minLength: number
}

/**
 * Reads `*` and `?` of a text as wildcards.
 *
 * @param text the pattern as written
 * @returns literal texts and wildcards in order
 */
export function readWildcards(text: string): readonly Token[] {
  if (!text.includes('*') && !text.includes('?')) return [text]
  const tokens: Token[] = []
  let from = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code !== star && code !== questionMark) continue
    if (at > from) tokens.push(text.slice(from, at))
    tokens.push(code === star ? anyRun : anyOne)
    from = at + 1
  }
  if (from < text.length) tokens.push(text.slice(from))
  return tokens
}

/**
 * Prepares a pattern for matching.
 *
 * @param tokens from `readWildcards()`; a literal text is one token
 * @returns the glob
 */
export function createGlob(tokens: readonly Token[]): Glob {
  if (tokens.includes(anyOne)) return { ...createExact(''), exact: undefined, gapped: createGapped(tokens) }
  if (!tokens.includes(anyRun)) return createExact(tokens.join(''))
  const [head = '', ...others] = splitAtRuns(tokens).map((part) => part.join(''))
  const tail = others.pop() ?? ''
  const middle = others.filter((text) => text !== '')
  const minLength = middle.reduce((sum, { length }) => sum + length, head.length + tail.length)
  const needles = middle.map(createNeedle)
  return { exact: undefined, head, needles, tail, minLength, gapped: undefined }
}

/**
 * Tells whether the whole text matches.
 *
 * Head and tail are compared where they must stand; each text between two `*` is taken at its first place, for a later
 * one never lets more match. So every character is looked at once: time is linear in the text, whatever the pattern.
 * A `?` costs one step for every 32 characters of the text between two `*` that it stands in.
 *
 * @param glob a prepared pattern
 * @param text the text to compare, case and all
 * @returns whether all of the text matches all of the pattern
 */
export function matchesGlob(glob: Glob, text: string): boolean {
  if (glob.exact !== undefined) return text === glob.exact
  if (glob.gapped !== undefined) return matchesGapped(glob.gapped, text)
  const { head, needles, tail } = glob
  if (text.length < glob.minLength || !text.startsWith(head) || !text.endsWith(tail)) return false
  const end = text.length - tail.length
  let from = head.length
  for (const needle of needles) {
    const found = findNeedle(needle, text, from, end)
    if (found === -1) return false
    from = found + needle.codes.length
  }
  return true
}

const star = 42
const questionMark = 63

const noNeedles: readonly Needle[] = []

/** Every glob has the same members in the same order, which keeps reading them fast. */
function createExact(exact: string): Glob {
  return { exact, head: '', needles: noNeedles, tail: '', minLength: 0, gapped: undefined }
}

function splitAtRuns(tokens: readonly Token[]): Token[][] {
  const parts: Token[][] = [[]]
  for (const token of tokens) {
    if (token === anyRun) parts.push([])
    else parts.at(-1)?.push(token)
  }
  return parts
}

function createGapped(tokens: readonly Token[]): GappedGlob {
  const [head = [], ...others] = splitAtRuns(tokens).map(readPoints)
  const tail = others.pop()
  const middle = others.filter(({ length }) => length > 0)
  const minLength = middle.reduce((sum, { length }) => sum + length, head.length + (tail?.length ?? 0))
  return { head, needles: middle.map(createGapNeedle), ...(tail && { tail }), minLength }
}

/** A character beyond U+FFFF is two units, yet one `?`. */
function readPoints(tokens: readonly Token[]): number[] {
  const points: number[] = []
  for (const token of tokens) {
    if (typeof token !== 'string') points.push(gap)
    else for (const character of token) points.push(character.codePointAt(0) ?? 0)
  }
  return points
}

function matchesGapped(glob: GappedGlob, text: string): boolean {
  const points = readPoints([text])
  const { head, needles, tail, minLength } = glob
  if (tail === undefined) return points.length === head.length && fitsAt(head, points, 0)
  const end = points.length - tail.length
  if (points.length < minLength || !fitsAt(head, points, 0) || !fitsAt(tail, points, end)) return false
  let from = head.length
  for (const needle of needles) {
    const found = findGapNeedle(needle, points, from, end)
    if (found === -1) return false
    from = found + needle.length
  }
  return true
}

function fitsAt(wanted: readonly number[], points: readonly number[], from: number): boolean {
  return wanted.every((point, index) => point === gap || point === points[from + index])
}
