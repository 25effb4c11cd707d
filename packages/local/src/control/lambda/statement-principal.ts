import { partition } from '../../store/arns.ts'
import type { PolicyStatement } from '../../store/function-policies.ts'
import type { Store } from '../../store/store.ts'
import { invalidParameterError } from './errors.ts'

type StatementPrincipal = PolicyStatement['Principal']

const accountId = /^\d{12}$/
const rootArn = /^arn:aws:iam::\d{12}:root$/
const principalArn = /^arn:aws:iam::\d{12}:(?:user|role)\/(.+)$/
const sessionArn = /^arn:aws:sts::(\d{12}):assumed-role\/([\w+=,.@-]+)\/[\w+=,.@-]+$/
const federatedUserArn = /^arn:aws:sts::(\d{12}):federated-user\/[\w+=,.@-]{2,32}$/
const serviceName = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:amazonaws\.com|amazon\.com|aws\.internal)$/
const uniqueId = /^(?:AIDA|AROA)[A-Z0-9]{17}$/

/**
 * Reads the Principal of AddPermission into the form that is stored: users and roles by their unique ids, so that a
 * deleted one stays dead even when another takes its name.
 *
 * @param text `*`, an account, an ARN or a service's name
 * @param store knows which users and roles exist
 * @returns the statement's Principal
 * @throws {ControlError} with Lambda's text when it names nothing that exists
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export function readStatementPrincipal(text: string, store: Store): StatementPrincipal {
  if (text === '*') return '*'
  // Any account is taken: which ones exist elsewhere cannot be known here.
  if (accountId.test(text)) return { AWS: `arn:${partition}:iam::${text}:root` }
  if (rootArn.test(text)) return { AWS: text }
  const path = principalArn.exec(text)?.[1]
  if (path !== undefined) return { AWS: findPrincipalId(text, path, store) }
  if (isExistingSession(text, store)) return { AWS: text }
  if (serviceName.test(text)) return { Service: text }
  throw unknownPrincipalError()
}

function findPrincipalId(arn: string, path: string, store: Store): string {
  if (!/^[\w+=,.@/-]*$/.test(path)) {
    throw invalidParameterError(
      `The provided input'${arn}'was invalid. Member must satisfy expression: [\\w+=,.@-]* Please check your input and try again.`,
    )
  }
  const principal = store.principals.byArn(arn)
  if (principal === undefined) throw unknownPrincipalError()
  return principal.id
}

/** guess: Lambda takes the ARN of a session, as IAM's grammar does, and stores it as it is. */
function isExistingSession(text: string, store: Store): boolean {
  const [, federation] = federatedUserArn.exec(text) ?? []
  if (federation !== undefined) return store.accounts.has(federation)
  const [, account = '', roleName = ''] = sessionArn.exec(text) ?? []
  return store.role(account, roleName) !== undefined
}

function unknownPrincipalError(): Error {
  return invalidParameterError(
    'The provided principal was invalid. Please check the principal and try again.',
  )
}

/**
 * Refuses to add to a policy in which a statement names a user or role that was deleted since, as Lambda does.
 *
 * @param statements the policy as stored
 * @param store knows which users and roles exist
 * @throws {ControlError} with Lambda's text, which does not say that an old statement is meant
 */
export function refuseOrphans(statements: readonly PolicyStatement[], store: Store): void {
  const isOrphan = ({ Principal }: PolicyStatement): boolean =>
    typeof Principal === 'object' &&
    'AWS' in Principal &&
    uniqueId.test(Principal.AWS) &&
    store.principal(Principal.AWS) === undefined
  if (statements.some(isOrphan)) throw unknownPrincipalError()
}

/**
 * Shows a stored statement: ARNs for users and roles that exist, the bare unique id of one that does not.
 *
 * @param statement as stored
 * @param store knows which users and roles exist
 * @returns the statement with Lambda's key order
 */
export function showStatement(statement: PolicyStatement, store: Store): PolicyStatement {
  const { Principal: principal } = statement
  if (principal === '*' || !('AWS' in principal)) return statement
  const arn = store.principal(principal.AWS)?.arn
  // The key keeps its place: an object literal's order is that of its first mention.
  return arn === undefined ? statement : { ...statement, Principal: { AWS: arn } }
}
