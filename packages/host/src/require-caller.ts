import { createTextAnswer } from './answer.ts'
import type { Answer } from './answer.ts'
import type { LambdaApp } from './application.ts'
import { createCaller } from './caller.ts'
import type { Caller } from './caller.ts'
import { GuardedApp } from './guarded-app.ts'
import type { Invocation } from './invocation.ts'

/** Who may call an application. What matches none of the lists is refused. */
export interface CallerRule {
  /**
   * Names of roles, without path. A name counts in the function's own account only, or in those of `accounts`: anybody may give
   * a role of another account any name.
   */
  readonly roles?: readonly string[]
  /** Twelve digits each. Without `roles`, every caller of these accounts is let in. */
  readonly accounts?: readonly string[]
  /** ARNs of users, of roles (a path is ignored, as names are unique within an account) or of single role sessions. */
  readonly arns?: readonly string[]
}

const patterns: Readonly<Record<keyof CallerRule, readonly [pattern: RegExp, shape: string]>> = {
  roles: [/^[\w+=,.@-]{1,64}$/, 'the name of a role; ARNs go into arns'],
  accounts: [/^\d{12}$/, 'an account id of twelve digits'],
  arns: [
    /^arn:[a-z-]+:(?:iam::\d{12}:(?:user|role)\/\S+|sts::\d{12}:assumed-role\/[^/\s]+\/[^/\s]+)$/,
    'the ARN of a user, of a role or of a role session, without wildcards',
  ],
}

/**
 * Lets only certain callers through to an application; the others get 403 and never reach it. This comes on top of what IAM
 * grants, for URLs whose callers do not all have the same rights.
 *
 * @param rule Who may call.
 * @returns Wraps an application of any kind.
 * @throws TypeError for a rule without entries, or with one that can match nobody.
 * @example
 * ```ts
 * export const handler = toLambda(requireCaller({ roles: ['billing'] })(app))
 * ```
 */
export function requireCaller(rule: CallerRule): (app: LambdaApp) => GuardedApp {
  let entries = 0
  for (const list of Object.keys(patterns) as (keyof CallerRule)[]) {
    const [pattern, shape] = patterns[list]
    for (const entry of rule[list] ?? []) {
      if (!pattern.test(entry))
        throw new TypeError(`${list} has ${JSON.stringify(entry)}, which is not ${shape}`)
      entries += 1
    }
  }
  if (entries === 0)
    throw new TypeError(
      'requireCaller() needs at least one role, account or ARN: otherwise nobody could call',
    )
  return (app) => new GuardedApp(app, (invocation) => refuseCaller(rule, invocation))
}

/** Gives the caller's 403, or undefined for a caller who may pass. */
function refuseCaller(rule: CallerRule, { request, context }: Invocation): Answer | undefined {
  const caller = request.iam === undefined ? undefined : createCaller(request.iam)
  if (caller === undefined)
    return createRefusal('The request has no IAM caller; the auth type of the URL must be AWS_IAM.')
  if (isAllowed(rule, caller, context.invokedFunctionArn)) return undefined
  return createRefusal(`${caller.userArn} is not among the callers of this application.`)
}

function isAllowed(
  { roles, accounts, arns }: CallerRule,
  caller: Caller,
  functionArn: string | undefined,
): boolean {
  if (arns?.some((arn) => matchesArn(arn, caller)) === true) return true
  if (roles === undefined) return accounts?.includes(caller.accountId) === true
  // arn:aws:lambda:region:account:function:name
  const own = functionArn?.split(':')[4]
  const trusted = accounts ?? (own === undefined || own === '' ? [] : [own])
  return (
    caller.roleName !== undefined && roles.includes(caller.roleName) && trusted.includes(caller.accountId)
  )
}

const roleArn = /^(arn:[a-z-]+):iam::(\d{12}):role\/(?:\S+\/)?([^/\s]+)$/

function matchesArn(arn: string, { userArn }: Caller): boolean {
  const [, partition, accountId, name] = roleArn.exec(arn) ?? []
  return partition === undefined
    ? arn === userArn
    : userArn.startsWith(`${partition}:sts::${accountId}:assumed-role/${name}/`)
}

function createRefusal(message: string): Answer {
  const answer = createTextAnswer(403, JSON.stringify({ error: 'CallerNotAllowed', message }))
  return { ...answer, headers: [['content-type', 'application/json']] }
}
