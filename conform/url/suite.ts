/** The behaviour of function URLs, as cases that run against the local side or against AWS. */
import type { Case, Part } from './case.ts'
import { corsPart } from './cases/cors.ts'
import { eventPart } from './cases/events.ts'
import { limitPart } from './cases/limits.ts'
import { refusalPart } from './cases/refusals.ts'
import { resultPart } from './cases/results.ts'
import { streamPart } from './cases/streams.ts'
import { wirePart } from './cases/wire.ts'
import { Client } from './client.ts'
import type { UrlTarget } from './target.ts'

/** Every part of the suite. */
export const parts: readonly Part[] = [
  refusalPart,
  eventPart,
  resultPart,
  corsPart,
  limitPart,
  streamPart,
  wirePart,
]

/** What came of one case. */
export interface CaseOutcome extends Pick<Case, 'name' | 'mark'> {
  readonly part: string
  /** What differs; absent when the case passed. */
  readonly differs?: string
}

/**
 * Runs every case against function URLs.
 *
 * @param target where they are, and who may call them
 * @param onOutcome sees each outcome as it is there
 * @returns one outcome a case, in order
 */
export async function runUrlSuite(
  target: UrlTarget,
  onOutcome: (outcome: CaseOutcome) => void = () => {},
): Promise<CaseOutcome[]> {
  const client = new Client(target)
  const outcomes: CaseOutcome[] = []
  for (const { part, cases } of parts) {
    for (const { name, mark, localOnly = false, look } of cases) {
      if (localOnly && target.kind === 'aws') continue
      const differs = await look(client).then(() => undefined, messageOf)
      const outcome = { part, name, mark, ...(differs === undefined ? {} : { differs }) }
      outcomes.push(outcome)
      onOutcome(outcome)
    }
  }
  return outcomes
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
