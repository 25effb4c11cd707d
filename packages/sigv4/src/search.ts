import type { CanonicalHeader } from './canonical-headers.ts'
import { type CanonicalParts, createCanonicalRequest } from './canonical-request.ts'
import { type Mistake, mistakes } from './mistakes.ts'
import type { Attempt, Situation } from './situation.ts'

/** A mistake with what was assumed, for its sentence. */
export interface ProvedMistake {
  readonly mistake: Mistake
  readonly detail: string
}

/** What explains a signature. */
export interface Proof {
  /** One mistake, or two that only together explain it. */
  readonly mistakes: readonly ProvedMistake[]
  /** The assumption under which the signature matches. */
  readonly attempt: Attempt
}

interface PairedAttempt extends ProvedMistake {
  readonly parts: Partial<CanonicalParts>
}

/**
 * How many assumptions are tried at most. Each costs the hash of a canonical request and one HMAC for each host that
 * may have been signed, twice that when a header holds bytes beyond ASCII, and five HMACs more for another key.
 */
const mostAttempts = 3000

/** How many bytes of canonical requests are hashed at most for one host: 16 MiB. */
const mostBytes = 16_777_216

/**
 * Looks for the mistake under which the signature matches, then for two mistakes at once.
 * @param situation the refused request
 * @returns the proof; undefined when no assumption fits
 */
export function findMistakes(situation: Situation): Proof | undefined {
  const { parts, context } = situation
  const { length } = createCanonicalRequest(parts)
  let left = Math.min(mostAttempts, mostBytes / (512 + length + context.request.target.length))
  const paired: PairedAttempt[] = []
  const tried = new Set<string>()
  for (const mistake of mistakes) {
    for (const attempt of mistake.attempt(situation)) {
      if (isTried(attempt, parts, tried)) continue
      if (left-- <= 0) return undefined
      const detail = attempt.detail ?? ''
      if (situation.matches(attempt)) return { mistakes: [{ mistake, detail }], attempt }
      if (mistake.pairs && attempt.parts) paired.push({ mistake, detail, parts: attempt.parts })
    }
  }
  for (const [index, first] of paired.entries()) {
    for (const second of paired.slice(index + 1)) {
      const both = first.mistake === second.mistake ? undefined : mergeParts(first.parts, second.parts, parts)
      if (!both) continue
      if (left-- <= 0) return undefined
      const attempt = { parts: both }
      if (situation.matches(attempt)) return { mistakes: [first, second], attempt }
    }
  }
  return undefined
}

// Many assumptions come to the same for a request that has nothing to encode, sort or drop.
function isTried(attempt: Attempt, received: CanonicalParts, tried: Set<string>): boolean {
  if (!attempt.parts || attempt.rewrite) return false
  if (tried.size === 0) tried.add(createCanonicalRequest(received))
  const { size } = tried
  return tried.add(createCanonicalRequest({ ...received, ...attempt.parts })).size === size
}

function mergeParts(
  first: Partial<CanonicalParts>,
  second: Partial<CanonicalParts>,
  received: CanonicalParts,
): Partial<CanonicalParts> | undefined {
  const both = { ...first, ...second }
  const names = Object.keys(first).filter((name) => name in second)
  if (names.length === 0) return both
  if (names.length > 1 || !first.headers || !second.headers) return undefined
  return { ...both, headers: mergeHeaders(first.headers, second.headers, received.headers) }
}

// Each assumption keeps the received list and changes one value of it.
function mergeHeaders(
  first: readonly CanonicalHeader[],
  second: readonly CanonicalHeader[],
  received: readonly CanonicalHeader[],
): CanonicalHeader[] {
  return received.map((header, index) =>
    first[index]?.[1] === header[1] ? (second[index] ?? header) : (first[index] ?? header),
  )
}
