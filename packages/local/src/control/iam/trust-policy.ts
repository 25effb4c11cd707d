import type { Store } from '../../store/store.ts'
import { ControlError } from '../control-error.ts'

/** Groups are here to be refused: they are no principals. */
const identityArn = /^arn:aws:iam::\d{12}:(?:user|role|group)\//

/**
 * Turns the user and role ARNs of a trust policy into unique ids, which is what IAM stores: a deleted principal stays
 * dead even when another takes its name.
 *
 * @param document a trust policy that was parsed
 * @param store knows which users and roles exist
 * @returns the document as stored
 * @throws {ControlError} MalformedPolicyDocument when it names a user or role that does not exist
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export function storeTrustPolicy(document: string, store: Store): string {
  return mapAwsPrincipals(document, (arn) => {
    if (!identityArn.test(arn)) return arn
    const principal = store.principals.byArn(arn)
    if (principal !== undefined && principal.type !== 'group') return principal.id
    throw new ControlError('MalformedPolicyDocument', `Invalid principal in policy: "AWS":"${arn}"`)
  })
}

/**
 * Shows a stored trust policy: ARNs for users and roles that exist, the bare unique id of one that does not.
 *
 * @param document as stored
 * @param store knows which users and roles exist
 * @returns the document as IAM shows it
 */
export function showTrustPolicy(document: string, store: Store): string {
  return mapAwsPrincipals(document, (id) => store.principal(id)?.arn ?? id)
}

const principalElements = ['Principal', 'NotPrincipal'] as const

type Json = Record<string, unknown>

/** Everything else of the document stays as it was written, its blanks apart. */
function mapAwsPrincipals(document: string, map: (value: string) => string): string {
  const policy = JSON.parse(document) as Json
  const statements: unknown[] = Array.isArray(policy['Statement'])
    ? policy['Statement']
    : [policy['Statement']]
  for (const statement of statements.filter(isJson)) {
    for (const element of principalElements) {
      const principal = statement[element]
      if (isJson(principal) && principal['AWS'] !== undefined) {
        principal['AWS'] = mapStrings(principal['AWS'], map)
      }
    }
  }
  return JSON.stringify(policy)
}

function mapStrings(value: unknown, map: (value: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, map))
  return typeof value === 'string' ? map(value) : value
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
