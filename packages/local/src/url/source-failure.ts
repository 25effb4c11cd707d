/** What a caller is told whose function is under development and has no code that compiles and loads. */
import { renderSourceFailure, sourceFailedType, type SourceFailure } from '../engine/index.ts'
import { headerOf, type Exchange } from '../exchange.ts'
import type { Answer } from '../front/send.ts'

/**
 * Creates the answer. It is furlong's own, and says so in its body and in `x-furlong-error`: no function wrote it and
 * AWS has none like it. 502 is what AWS gives for a function that cannot be loaded (decision 008).
 *
 * @param exchange the request; JSON is answered where `Accept` names it, text elsewhere
 * @param functionName the function
 * @param failure what is wrong with the source
 * @returns status, headers and body
 */
export function createSourceFailedAnswer(
  { raw }: Pick<Exchange, 'raw'>,
  functionName: string,
  failure: SourceFailure,
): Answer & { readonly kind: 'whole' } {
  const says = `The source of ${functionName} does not compile or load. furlong dev answers this until one is saved that does.`
  const isJson = /[/+]json\b/i.test(headerOf(raw.rawHeaders, 'accept') ?? '')
  return {
    kind: 'whole',
    status: 502,
    headers: [
      ['Content-Type', isJson ? 'application/json' : 'text/plain; charset=utf-8'],
      ['Cache-Control', 'no-store'],
      ['x-furlong-error', sourceFailedType],
    ],
    body: isJson
      ? JSON.stringify({ furlong: says, ...failure })
      : `${says}\n\n${renderSourceFailure(failure)}\n`,
  }
}
