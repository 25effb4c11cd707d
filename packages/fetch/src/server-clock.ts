import type { Refusal } from './refusal.ts'

/** The time as servers have it, as far as they said. */
export interface ServerClock {
  /** The time to sign with. */
  readonly now: (origin: string) => Date
  /** Learns from a refusal what a server's time is; true when a new signature may do better. */
  readonly learn: (origin: string, response: Response, refusal: Refusal | undefined) => boolean
  /** The time an answer was made, as its server has it; undefined when it does not say or lay in a cache. */
  readonly readServerTime: (response: Response) => Date | undefined
  /** Whether an answer's date is further from our time than a signature may be. */
  readonly isFarOff: (origin: string, response: Response) => boolean
}

/** How far the time of a signature may lie from the server's. */
const windowMs = 300_000

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
  return {
    now: (origin) => {
      const skewMs = skewsMs.get(origin)
      return skewMs === undefined ? now() : new Date(now().getTime() + skewMs)
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
      const skewMs = readSkewMs(response, now())
      if (skewMs === undefined || refusal === undefined) return false
      const isAboutTime = refusal.kind === 'signature' && refusal.reason === 'clock'
      if (!isAboutTime && !isFar(origin, skewMs)) return false
      skewsMs.delete(origin)
      if (skewsMs.size >= maxOrigins) forgetFirst(skewsMs)
      skewsMs.set(origin, skewMs)
      return true
    },
  }
}

// How far a server's clock is ahead of ours. An answer that lay in a cache has an old date.
function readSkewMs(response: Response, now: Date): number | undefined {
  const date = Date.parse(response.headers.get('date') ?? '')
  if (Number.isNaN(date) || response.headers.has('age')) return undefined
  // The header's date is cut to the second.
  return date + 500 - now.getTime()
}

function forgetFirst(skewsMs: Map<string, number>): void {
  const first = skewsMs.keys().next()
  if (!first.done) skewsMs.delete(first.value)
}
