import { isHttpTime, readHttpDate } from './http-date.ts'
import type { Refusal } from './refusal.ts'

/** How sure it is that a signature of the time just learnt does better: AWS said so, or it only looks like it. */
export type Lesson = 'certain' | 'likely'

/** The time as servers have it, as far as they said. */
export interface ServerClock {
  /** The time to sign with. */
  readonly now: (origin: string) => Date
  /** Learns from a refusal what a server's time is; undefined when nothing was learnt. */
  readonly learn: (origin: string, response: Response, refusal: Refusal | undefined) => Lesson | undefined
  /** The time an answer was made, as its server has it; undefined when it does not say or lay in a cache. */
  readonly readServerTime: (response: Response) => Date | undefined
  /** Whether an answer's date is further from our time than a signature may be. */
  readonly isFarOff: (origin: string, response: Response) => boolean
}

/** How far the time of a signature may lie from the server's. */
const windowMs = 300_000

/**
 * How far off our clock may be believed to be: 100 years. A machine whose clock was never set counts from 1970, so
 * anything near a day, or ten years, would leave those out who need the correction most. What holds a false date in
 * bounds is something else: it counts for its own origin alone, and the next refusal about time takes it back.
 */
const maxSkewMs = 100 * 365.25 * 86_400_000

/**
 * The text of a refusal that tells no reason at all, and so may be about time.
 * guess: a function URL names a wrong time as the Lambda API does ("Signature expired: …"); what it says was not seen.
 * Its longer text for what policies deny is none of these: the signature is looked at before the policies.
 */
const reasonless = 'Forbidden'

/** Servers whose time is remembered; the one learnt first is forgotten first. */
const maxOrigins = 256

/**
 * Keeps, for each origin, how far its clock is from ours.
 * @param now our clock
 * @returns the clock
 */
export function createServerClock(now: () => Date): ServerClock {
  const skewsMs = new Map<string, number>()
  const isFar = (origin: string, skewMs: number): boolean =>
    Math.abs(skewMs - (skewsMs.get(origin) ?? 0)) > windowMs
  const keep = (origin: string, skewMs: number): void => {
    skewsMs.delete(origin)
    if (skewsMs.size >= maxOrigins) forgetFirst(skewsMs)
    skewsMs.set(origin, skewMs)
  }
  return {
    now: (origin) => {
      const own = now()
      const timeMs = own.getTime() + (skewsMs.get(origin) ?? 0)
      // Near the end of the year 9999, or with a clock that was set meanwhile, no signature could be made.
      return skewsMs.has(origin) && isHttpTime(timeMs) ? new Date(timeMs) : own
    },
    readServerTime: (response) => {
      const skewMs = readSkewMs(response, now())
      return skewMs === undefined ? undefined : new Date(now().getTime() + skewMs)
    },
    isFarOff: (origin, response) => {
      const skewMs = readSkewMs(response, now())
      return skewMs !== undefined && isFar(origin, skewMs)
    },
    learn: (origin, response, refusal) => {
      const isTold = refusal?.kind === 'signature' && refusal.reason === 'clock'
      const skewMs = readSkewMs(response, now())
      // What was learnt was wrong, and nothing better is at hand than our own time.
      if (skewMs === undefined) return isTold && skewsMs.delete(origin) ? 'certain' : undefined
      if (!isTold && !(mayBeTime(refusal) && isFar(origin, skewMs))) return undefined
      keep(origin, skewMs)
      return isTold ? 'certain' : 'likely'
    },
  }
}

// A refused signature, or a refusal without any reason, may be one about time. A policy's, a key's or a throttle's
// is not: AWS looks at the signature first.
function mayBeTime(refusal: Refusal | undefined): boolean {
  return (
    refusal?.kind === 'signature' || (refusal?.kind === 'access-denied' && refusal.message === reasonless)
  )
}

// How far a server's clock is ahead of ours. An answer that lay in a cache has an old date.
function readSkewMs(response: Response, now: Date): number | undefined {
  const date = readHttpDate(response.headers.get('date'))
  if (date === undefined || response.headers.has('age')) return undefined
  // The header's date is cut to the second.
  const skewMs = date + 500 - now.getTime()
  return Math.abs(skewMs) <= maxSkewMs ? skewMs : undefined
}

function forgetFirst(skewsMs: Map<string, number>): void {
  const first = skewsMs.keys().next()
  if (!first.done) skewsMs.delete(first.value)
}
