import type { CaseFacts, Cause } from './case-facts.ts'
import { capitalize, describeCaller, describePolicy, describeTarget, joinWords } from './describe.ts'

/** What is known does not allow, and what could not be read may. */
export function findUnknown({ refused, request }: CaseFacts): Cause | undefined {
  const open = refused.filter(({ verdict }) => verdict.kind === 'unknown')
  if (open.length === 0 || open.length < refused.length) return undefined
  const kinds = [...new Set(open.flatMap(({ verdict }) => verdict.blame))]
  const names = kinds.map((type) => describePolicy({ type, name: '' }))
  const actions = open.map(({ verdict }) => verdict.action)
  const caller = describeCaller(request.principal)
  return {
    says: `${capitalize(caller)} may call ${describeTarget(request)} only if the ${joinWords(names, 'or')}, which could not be read, ${names.length === 1 ? 'allows' : 'allow'} ${joinWords(actions, 'and')}; nothing that could be read does`,
    next: `see what the ${joinWords(names, 'or')} of ${caller} ${names.length === 1 ? 'allows' : 'allow'}`,
  }
}
