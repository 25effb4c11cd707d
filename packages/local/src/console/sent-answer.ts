import { STATUS_CODES } from 'node:http'
import { isBodyless } from '../front/send.ts'
import type { KeptAnswer } from '../record/kept-exchanges.ts'
import type { SentAnswer } from './contract.ts'
import { showPayload } from './payload.ts'
import { pairHeaders, showHeaders } from './sent-request.ts'

/**
 * Shows an answer as the client got it, without what it gives away.
 *
 * @param answer as it went out
 * @param method of the request: one with `HEAD` gets no body
 */
export function showAnswer({ status, rawHeaders, body }: KeptAnswer, method: string): SentAnswer {
  const sent = isBodyless(status, method) ? '' : body
  return {
    status,
    statusText: statusTextOf(status),
    headers: showHeaders(pairHeaders(rawHeaders)),
    ...(sent === undefined ? {} : { body: showPayload(typeof sent === 'string' ? Buffer.from(sent) : sent) }),
  }
}

/** The reason phrase that goes out with a status. */
export const statusTextOf = (status: number): string => STATUS_CODES[status] ?? 'unknown'
