import { maskText } from '@furlong/sigv4/mask-text'
import type { RawRequest } from '@furlong/sigv4'
import { maskTarget } from '../record/mask-target.ts'
import type { SentRequest } from './contract.ts'
import { showPayload } from './payload.ts'

type Headers = readonly (readonly [name: string, value: string])[]

/** Headers whose whole value opens something. */
const secret =
  /^(?:(?:proxy-)?authorization|(?:set-)?cookie|x-api-key|x-auth-token|x-amz-security-token|x-amz-s3session-token)$/i

/** Shows a request as it arrived, without what it gives away. */
export function showRequest({ method, target, rawHeaders, body }: RawRequest): SentRequest {
  return {
    method,
    target: maskTarget(target),
    headers: showHeaders(pairHeaders(rawHeaders)),
    body: showPayload(body),
  }
}

/** @returns pairs of a flat list of names and values */
export function pairHeaders(rawHeaders: readonly string[]): [name: string, value: string][] {
  const pairs: [string, string][] = []
  for (let at = 0; at < rawHeaders.length; at += 2)
    pairs.push([rawHeaders[at] ?? '', rawHeaders[at + 1] ?? ''])
  return pairs
}

/** Masks the values of headers. */
export const showHeaders = (headers: Headers): [name: string, value: string][] =>
  headers.map(([name, value]) => [name, showValue(name, value)])

/** Of a signature, who signed and what is seen without it being usable. */
function showValue(name: string, value: string): string {
  if (!secret.test(name)) return maskText(value)
  return value.startsWith('AWS4-') ? maskText(value) : '***'
}

/**
 * Puts back what `showHeaders` took out.
 *
 * @param edited headers as somebody who saw the masked ones gives them
 * @param sent the headers as they were
 * @returns the edited ones; one that is unchanged has its own value
 */
export function restoreHeaders(edited: Headers, sent: Headers): [name: string, value: string][] {
  return edited.map(([name, value]) => {
    const before = sent.find(
      ([other, old]) => other.toLowerCase() === name.toLowerCase() && showValue(other, old) === value,
    )
    return [name, before?.[1] ?? value]
  })
}
