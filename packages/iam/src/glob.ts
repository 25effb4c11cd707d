/** A prepared pattern of `*` (any run of characters) and `?` (one character). */
export interface Glob {
  /** Character codes; `anyRun` and `anyOne` for the wildcards. */
  readonly codes: readonly number[]
  /** The pattern's text when it holds no wildcard. */
  readonly exact?: string
  /** The text before a single closing `*`, when that is the only wildcard. */
  readonly prefix?: string
}

/** Stands for `*` in a glob's codes: no character code is negative. */
export const anyRun = -1
/** Stands for `?` in a glob's codes. */
export const anyOne = -2

/**
 * Reads `*` and `?` of a text as wildcards.
 *
 * @param text the pattern as written
 * @returns character codes, wildcards as negative numbers
 */
export function readWildcards(text: string): number[] {
  const codes: number[] = []
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    codes.push(code === star ? anyRun : code === questionMark ? anyOne : code)
  }
  return codes
}

/**
 * Reads a text as itself: no character is a wildcard.
 *
 * @param text any text, such as the value of a policy variable
 * @returns character codes
 */
export function readLiteral(text: string): number[] {
  const codes: number[] = []
  for (let at = 0; at < text.length; at++) codes.push(text.charCodeAt(at))
  return codes
}

/**
 * Prepares a pattern for matching.
 *
 * @param codes from `readWildcards()` and `readLiteral()`
 * @returns the glob
 */
export function createGlob(codes: readonly number[]): Glob {
  const first = codes.findIndex((code) => code < 0)
  if (first === -1) return { codes, exact: writeLiteral(codes) }
  if (first === codes.length - 1 && codes[first] === anyRun) {
    return { codes, prefix: writeLiteral(codes.slice(0, first)) }
  }
  return { codes }
}

/**
 * Tells whether the whole text matches.
 *
 * Only the last `*` is ever tried again, so that time is bounded by text × pattern and is
 * linear for the patterns people write; no input makes it explode.
 *
 * @param glob a prepared pattern
 * @param text the text to compare, case and all
 * @returns whether all of the text matches all of the pattern
 */
export function matchesGlob(glob: Glob, text: string): boolean {
  if (glob.exact !== undefined) return text === glob.exact
  if (glob.prefix !== undefined) return text.startsWith(glob.prefix)
  const { codes } = glob
  let at = 0
  let inPattern = 0
  let lastRun = -1
  let resumeAt = 0
  while (at < text.length) {
    const code = codes[inPattern]
    if (code === anyRun) {
      lastRun = inPattern++
      resumeAt = at
    } else if (code === anyOne) {
      at += characterLength(text, at)
      inPattern++
    } else if (code === text.charCodeAt(at)) {
      at++
      inPattern++
    } else if (lastRun !== -1) {
      inPattern = lastRun + 1
      resumeAt += characterLength(text, resumeAt)
      at = resumeAt
    } else return false
  }
  while (codes[inPattern] === anyRun) inPattern++
  return inPattern === codes.length
}

const star = 42
const questionMark = 63

function writeLiteral(codes: readonly number[]): string {
  let text = ''
  for (const code of codes) text += String.fromCharCode(code)
  return text
}

/** A character beyond U+FFFF is two units, yet one `?`. */
function characterLength(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
}
