import type { PolicyReader } from './policy-reading.ts'
import { readObject, readStrings } from './policy-reading.ts'
import type { PrincipalElement, PrincipalElementType } from './policy.ts'

/**
 * Reads a `Principal` or `NotPrincipal` element.
 *
 * @param reader of the document
 * @param value what stands there
 * @param path where
 * @returns its values, at least one
 * @throws {PolicyError} when it names nobody, or somebody in a form that IAM does not know
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export function readPrincipals(
  reader: PolicyReader,
  value: unknown,
  path: string,
): readonly PrincipalElement[] {
  if (value === '*') return [{ type: '*', value: '*' }]
  if (typeof value === 'string') {
    const rule = 'must be "*" or an object such as {"AWS": "<ARN>"}'
    throw reader.fail({ path, value, rule, malformation: 'principal-not-object' })
  }
  const object = readObject(reader, value, path, principalTypes)
  const elements: PrincipalElement[] = []
  for (const name of Object.keys(object)) {
    const type = name as PrincipalElementType
    const at = `${path}.${name}`
    for (const item of readStrings(reader, object[name], at)) {
      const rule = findPrincipalFault(type, item)
      if (rule !== undefined) {
        const named = `"${type}":"${item}"`
        throw reader.fail({ path: at, value: item, rule, malformation: 'invalid-principal', named })
      }
      elements.push({ type, value: item })
    }
  }
  if (elements.length === 0) {
    throw reader.fail({ path, value, rule: 'must name somebody', malformation: 'empty-principal' })
  }
  return elements
}

const principalTypes: ReadonlySet<string> = new Set<PrincipalElementType>([
  'AWS',
  'Service',
  'Federated',
  'CanonicalUser',
])

/** The rule that a value breaks. */
function findPrincipalFault(type: PrincipalElementType, value: string): string | undefined {
  if (type === 'AWS' && value === '*') return undefined
  if (value.includes('*') || value.includes('?')) {
    return 'must not hold wildcards; only "*" alone stands for everybody'
  }
  if (value === '') return 'must not be empty'
  if (type === 'Service' && !value.includes('.')) {
    return 'must be the name of a service, such as "cloudfront.amazonaws.com"'
  }
  if (type !== 'AWS' || principalForms.test(value)) return undefined
  return 'must be an account id, the ARN of a user, role or session, or "*"'
}

/** An account id, a unique id, or the ARN of somebody. */
const principalForms = /^(?:\d{12}|A[\dA-Z]{15,127}|arn:aws(?:-[a-z]+)*:(?:iam|sts)::\d{12}:.+)$/s
