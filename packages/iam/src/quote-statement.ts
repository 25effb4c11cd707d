import { showPrincipal } from './compare-element.ts'
import type { CompiledStatement } from './compile.ts'
import type { ExplainOptions, QuotedStatement } from './explanation.ts'
import type { PrincipalElement } from './policy.ts'
import { writeStatement } from './write-statement.ts'

/**
 * Quotes a statement for an explanation, which outlives the policy it stands in.
 *
 * @param statement a compiled statement
 * @param options tells the ARNs of unique ids, which are shown as AWS shows them
 * @returns the statement; `undefined` when it is longer than 16,384 characters of JSON
 */
export function quoteStatement(
  { ref, source }: CompiledStatement,
  options: ExplainOptions,
): QuotedStatement | undefined {
  const show = (elements: readonly PrincipalElement[]): PrincipalElement[] =>
    elements.map(({ type, value }) => ({ type, value: showPrincipal(value, options) }))
  const { principals, notPrincipals } = source
  const written = writeStatement({
    ...source,
    ...(principals && { principals: show(principals) }),
    ...(notPrincipals && { notPrincipals: show(notPrincipals) }),
  })
  return JSON.stringify(written).length > maxCharacters ? undefined : { statement: ref, written }
}

/** Every refusal that is recorded holds its own. */
const maxCharacters = 16_384
