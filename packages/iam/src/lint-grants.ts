import { parseFunctionArn, readAccountId } from './arn.ts'
import type { LintFinding, LintRule, LintSubject } from './lint-rule.ts'
import { allowsAction, conditionsOver, invokeAction, namesEverybody, urlAction } from './lint-rule.ts'
import type { Statement } from './policy.ts'

/** Rules about who is granted what. */
export const grantRules: readonly LintRule[] = [
  {
    code: 'second-action-missing',
    find: ({ statement, statements }) =>
      allowsAction(statement, urlAction) && !statements.some((one) => allowsAction(one, invokeAction))
        ? [
            {
              element: elementOf(statement.source, 'actions'),
              says: 'This policy allows lambda:InvokeFunctionUrl and nowhere lambda:InvokeFunction: since October 2025 a call of a function URL needs both.',
              fix: 'Add a statement for lambda:InvokeFunction with Bool lambda:InvokedViaFunctionUrl true.',
            },
          ]
        : [],
  },
  {
    code: 'public-invoke',
    find: ({ statement }) =>
      namesEverybody(statement) && allowsAction(statement, invokeAction) && statement.conditions.length === 0
        ? [
            {
              element: 'Principal',
              says: 'Everybody may invoke the function through the Lambda API, from any AWS account.',
              fix: 'Name the callers, or add Bool lambda:InvokedViaFunctionUrl true so that only calls of the URL pass.',
            },
          ]
        : [],
  },
  {
    code: 'direct-invoke-open',
    find: ({ statement, statements }) =>
      allowsAction(statement, invokeAction) &&
      statements.some((one) => allowsAction(one, urlAction)) &&
      conditionsOver(statement, 'lambda:invokedviafunctionurl').length === 0 &&
      !(namesEverybody(statement) && statement.conditions.length === 0)
        ? [
            {
              element: elementOf(statement.source, 'actions'),
              says: 'This also opens the Invoke API: the callers may go around the function URL.',
              fix: 'Give lambda:InvokeFunction a statement of its own with Bool lambda:InvokedViaFunctionUrl true.',
            },
          ]
        : [],
  },
  {
    code: 'public-url',
    find: ({ statement }) =>
      namesEverybody(statement) && allowsAction(statement, urlAction) && isForNone(statement.source)
        ? [
            {
              element: 'Condition.StringEquals.lambda:FunctionUrlAuthType',
              says: 'With AuthType NONE everybody on the internet may call the URL, unsigned.',
              fix: 'If that is not meant, set AuthType AWS_IAM on the URL and name the callers here.',
            },
          ]
        : [],
  },
  {
    code: 'lambda-service-principal',
    find: ({ kind, statement }) =>
      kind === 'resource' && findService(statement.source, (name) => name === 'lambda.amazonaws.com')
        ? [
            {
              element: 'Principal.Service',
              says: 'lambda.amazonaws.com is AWS itself, not your functions: no function can call through this statement, because its code calls as its execution role.',
              fix: 'Name the execution role of the function that calls.',
            },
          ]
        : [],
  },
  {
    code: 'confused-deputy',
    find: ({ kind, statement }) =>
      kind === 'resource' &&
      statement.effect === 'Allow' &&
      findService(statement.source, (name) => name !== 'lambda.amazonaws.com') &&
      !sourceKeys.some((key) => conditionsOver(statement, key).length > 0)
        ? [
            {
              element: 'Principal.Service',
              says: 'The service is let in for whomever it acts, resources of other AWS accounts included.',
              fix: 'Add ArnLike aws:SourceArn with the ARN of your resource, or StringEquals aws:SourceAccount.',
            },
          ]
        : [],
  },
  { code: 'own-account-delegates', find: findOwnAccount },
  {
    code: 'not-principal',
    find: ({ statement }) =>
      statement.source.notPrincipals === undefined
        ? []
        : [
            {
              element: 'NotPrincipal',
              says: 'This denies also those it lists whose account or role is not listed, too, and every caller that has a permissions boundary.',
              fix: 'Write Principal "*" with ArnNotEquals aws:PrincipalArn and the ARNs to spare.',
            },
          ],
  },
  {
    code: 'not-action-allow',
    find: ({ kind, statement }) =>
      statement.effect === 'Allow' && statement.negatesAction && kind !== 'scp'
        ? [
            {
              element: 'NotAction',
              says: 'This allows every action of every service but those listed, future ones included.',
              fix: 'List what is allowed under Action; to forbid something, write a Deny.',
            },
          ]
        : [],
  },
  {
    code: 'not-resource-allow',
    find: ({ kind, statement }) =>
      statement.effect === 'Allow' && statement.negatesResource && kind !== 'scp'
        ? [
            {
              element: 'NotResource',
              says: 'This allows the actions on everything but what is listed, future resources included.',
              fix: 'List what is allowed under Resource; to forbid something, write a Deny.',
            },
          ]
        : [],
  },
  { code: 'qualifier-only', find: findQualifierOnly },
  { code: 'name-prefix', find: findNamePrefix },
]

const sourceKeys = ['aws:sourcearn', 'aws:sourceaccount', 'aws:sourceorgid', 'aws:sourceorgpaths'] as const

function elementOf(source: Statement, name: 'actions' | 'resources'): string {
  if (name === 'actions') return source.actions === undefined ? 'NotAction' : 'Action'
  return source.resources === undefined ? 'NotResource' : 'Resource'
}

function isForNone({ conditions }: Statement): boolean {
  return conditions.some(
    ({ key, values }) => key.toLowerCase() === 'lambda:functionurlauthtype' && values.includes('NONE'),
  )
}

function findService({ principals }: Statement, isSuch: (name: string) => boolean): boolean {
  return principals?.some(({ type, value }) => type === 'Service' && isSuch(value)) ?? false
}

function findOwnAccount({ kind, statement: { source } }: LintSubject): LintFinding[] {
  if (kind !== 'resource' || source.effect !== 'Allow') return []
  const owners = (source.resources ?? []).map((arn) => parseFunctionArn(arn)?.accountId)
  const own = source.principals?.find(({ type, value }) => {
    const account = type === 'AWS' ? readAccountId(value) : undefined
    return account !== undefined && owners.includes(account)
  })
  if (own === undefined) return []
  return [
    {
      element: 'Principal.AWS',
      says: `${own.value} is the account that owns the function: that grants nobody anything by itself, it only lets the account's own policies decide.`,
      fix: 'Name the role or user, or leave it out and allow the caller in an identity policy.',
    },
  ]
}

function findQualifierOnly({ statement: { source } }: LintSubject): LintFinding[] {
  const resources = source.resources ?? []
  return resources.flatMap((pattern) => {
    const name = pattern.endsWith(':*') ? pattern.slice(0, -2) : undefined
    const isFunction = name !== undefined && parseFunctionArn(name)?.qualifier === undefined
    if (!isFunction || parseFunctionArn(name) === undefined || resources.includes(name)) return []
    return [
      {
        element: 'Resource',
        says: `${pattern} covers the aliases and versions of the function, and not the function itself, whose URL has the ARN without a qualifier.`,
        fix: `List ${name} as well.`,
      },
    ]
  })
}

function findNamePrefix({ statement: { source } }: LintSubject): LintFinding[] {
  return (source.resources ?? []).flatMap((pattern) => {
    const stem = pattern.endsWith('*') ? pattern.slice(0, -1) : ''
    const parts = parseFunctionArn(stem)
    if (parts === undefined || parts.qualifier !== undefined || /[_-]$/.test(stem)) return []
    return [
      {
        element: 'Resource',
        says: `${pattern} covers every function whose name begins with ${parts.name}, not only that one and its aliases.`,
        fix: `List ${stem} and ${stem}:* instead.`,
      },
    ]
  })
}
