/** Whether a host answered as its application did: nothing is timed that is wrong. */
import { PreludeReader, readResult } from '@furlong/events'
import type { Scenario } from './events.ts'
import { MemorySink } from './sink.ts'

/** What a client sees. */
export interface Seen {
  readonly statusCode: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array
}

/**
 * Checks an answer as a client of the function URL sees it.
 *
 * @param row who answered
 * @param scenario what was asked
 * @param answered a result of Lambda, or a finished sink
 * @throws Error when status, type or body is wrong
 */
export function assertAnswers(row: string, scenario: Scenario, answered: unknown): void {
  const { statusCode, headers, body } = see(answered)
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? 'none'
  if (statusCode === 200 && type.startsWith(scenario.contentType) && scenario.answer.equals(body)) return
  throw new Error(
    `${row}, ${scenario.name}: a wrong answer: ${statusCode}, ${type}, ${body.length} bytes ${Buffer.from(body).toString('latin1', 0, 80)}`,
  )
}

/** @returns what a client sees of a result of Lambda, or of a finished sink; throws when it is neither */
export function see(answered: unknown): Seen {
  if (answered instanceof MemorySink) {
    const prelude = new PreludeReader().push(answered.read())
    if (prelude === undefined) throw new Error('The stream has no prelude.')
    return { ...prelude.head, body: prelude.rest }
  }
  const reading = readResult(Buffer.from(JSON.stringify(answered)))
  if (!reading.ok) throw new Error(`The result is none: ${reading.reason}`)
  return reading.response
}
