import { createAwsCommand, quoteShellWord } from '@furlong/aws/command-line'
import { type Fix, parseFunctionArn } from '@furlong/iam'
import type { ThrottleFix } from '@furlong/local'
import { nameFunction } from './name.ts'

/** Where `npx furlong` works when nothing is said: functions elsewhere are named by their ARN. */
export interface Home {
  readonly accountId: string
  readonly region: string
}

/** A plan as commands: all of a list are needed, in order; the two lists do the same. */
export interface RenderedPlan {
  readonly furlong: readonly string[]
  readonly aws: readonly string[]
  /** Of the commands, those that need credentials of another account than the function's, and of which. */
  readonly credentials: Readonly<Record<string, string>>
  /** Steps that no command of either kind does. */
  readonly sentences: readonly string[]
}

type AddPermission = Fix & { readonly kind: 'add-permission' }

/**
 * Renders a plan of fixes as commands.
 * @param fixes the plan
 * @param home where furlong works when nothing is said; default: functions by their name alone
 * @returns commands of furlong, commands of the AWS CLI, and what has none
 */
export function renderPlan(fixes: readonly Fix[], home?: Home): RenderedPlan {
  const furlong = new Set(
    fixes
      .filter((fix) => !isReplacedByGrant(fix, fixes))
      .map((fix) => createFurlongCommand(fix, home) ?? createAwsCommand(fix)),
  )
  return {
    furlong: [...furlong].filter((command) => command !== undefined),
    aws: fixes.flatMap((fix) => createAwsCommand(fix) ?? []),
    credentials: Object.fromEntries(
      fixes.flatMap((fix) => {
        const command = createAwsCommand(fix)
        const account = 'callerAccount' in fix ? fix.callerAccount : undefined
        return command === undefined || account === undefined ? [] : [[command, account]]
      }),
    ),
    sentences: fixes.flatMap((fix) => {
      if (fix.kind !== 'remove-deny') return []
      const { sid, index, policy } = fix.statement
      return [`Remove or narrow the Deny statement ${sid ?? `number ${index + 1}`} of ${policy.name}.`]
    }),
  }
}

/**
 * Puts before each command that needs another account's credentials a comment that says so.
 * @param plan the plan
 * @param commands some of its commands
 * @returns lines for a POSIX shell
 */
export function noteCredentials(
  { credentials }: Pick<RenderedPlan, 'credentials'>,
  commands: readonly string[],
): string[] {
  return commands.flatMap((command) => {
    const account = credentials[command]
    return account === undefined ? [command] : [`# ${describeCredentials(account)}:`, command]
  })
}

/**
 * Says whose credentials a command needs.
 * @param account the account's id
 * @returns the words of a comment
 */
export function describeCredentials(account: string): string {
  return `with credentials of account ${account}`
}

/**
 * Renders a change of reserved concurrency as a command of the AWS CLI.
 * @param fix the change
 * @returns the command, ready for a POSIX shell
 * @see https://docs.aws.amazon.com/cli/latest/reference/lambda/put-function-concurrency.html
 */
export function renderThrottleFix(fix: ThrottleFix): string {
  const called = parseFunctionArn(fix.functionArn)
  return [
    'aws',
    'lambda',
    fix.kind,
    '--function-name',
    called?.name ?? fix.functionArn,
    ...(fix.kind === 'put-function-concurrency'
      ? ['--reserved-concurrent-executions', String(fix.reservedConcurrentExecutions)]
      : []),
    ...(called === undefined ? [] : ['--region', called.region]),
  ]
    .map(quoteShellWord)
    .join(' ')
}

/** Both statements of a URL are one grant, which adds what is missing. */
function createFurlongCommand(fix: Fix, home: Home | undefined): string | undefined {
  if (fix.kind !== 'add-permission' || !isUrlStatement(fix)) return undefined
  const name = nameWithin(fix.functionArn, home)
  if (fix.principal === '*') return `npx furlong url update ${name} --public`
  const to = fix.sourceArn ?? fix.principal
  // A source that is no distribution is not for furlong grant.
  if (!to.startsWith('arn:') || (fix.sourceArn !== undefined && !/:cloudfront:.*:distribution\//.test(to)))
    return undefined
  return `npx furlong grant ${name} --to ${quoteShellWord(to)}`
}

/** A grant replaces what stands under the id of its own statement. */
function isReplacedByGrant(fix: Fix, fixes: readonly Fix[]): boolean {
  return (
    fix.kind === 'remove-permission' &&
    fixes.some(
      (other) =>
        other.kind === 'add-permission' && isUrlStatement(other) && other.statementId === fix.statementId,
    )
  )
}

function isUrlStatement(fix: AddPermission): boolean {
  return fix.functionUrlAuthType !== undefined || fix.invokedViaFunctionUrl === true
}

/** A function elsewhere is named by its ARN. */
function nameWithin(functionArn: string, home: Home | undefined): string {
  const { region, accountId } = parseFunctionArn(functionArn) ?? {}
  const isElsewhere = home !== undefined && (home.region !== region || home.accountId !== accountId)
  return isElsewhere ? functionArn : nameFunction(functionArn)
}
