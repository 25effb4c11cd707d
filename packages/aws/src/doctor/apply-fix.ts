import { type Fix, parseArn, parseFunctionArn } from '@furlong/iam'
import { AwsError, withAwsErrors } from '../errors.ts'
import { removeStatement } from '../statements.ts'
import { type Clients, createClients, type Target } from '../target.ts'

type Apply<Kind extends Fix['kind']> = (
  fix: Fix & { readonly kind: Kind },
  clients: Clients,
  callerClients: Clients | undefined,
) => Promise<void>

/** How each kind of step is done; a Deny is somebody's decision, and only a person takes it back. */
const rows: { readonly [Kind in Fix['kind']]: Apply<Kind> } = {
  'add-permission': async (fix, clients) => {
    const lambda = await clients.lambda()
    await lambda.addPermission({
      ...nameFunction(fix.functionArn),
      StatementId: fix.statementId,
      Action: fix.action,
      Principal: fix.principal,
      ...(fix.functionUrlAuthType === undefined ? {} : { FunctionUrlAuthType: fix.functionUrlAuthType }),
      ...(fix.invokedViaFunctionUrl === undefined ? {} : { InvokedViaFunctionUrl: true }),
      ...(fix.sourceArn === undefined ? {} : { SourceArn: fix.sourceArn }),
    })
  },
  'remove-permission': async (fix, clients) => {
    const { FunctionName, Qualifier } = nameFunction(fix.functionArn)
    const ref = { functionName: FunctionName, ...(Qualifier === undefined ? {} : { qualifier: Qualifier }) }
    await removeStatement(await clients.lambda(), ref, fix.statementId)
  },
  'put-role-policy': async (fix, clients, callerClients) => {
    const iam = await chooseSide(fix, clients, callerClients).iam()
    const RoleName = nameOf(fix.principalArn)
    await iam.putRolePolicy({ RoleName, PolicyName: fix.policyName, PolicyDocument: fix.document })
  },
  'put-user-policy': async (fix, clients, callerClients) => {
    const iam = await chooseSide(fix, clients, callerClients).iam()
    const UserName = nameOf(fix.principalArn)
    await iam.putUserPolicy({ UserName, PolicyName: fix.policyName, PolicyDocument: fix.document })
  },
  'remove-deny': async ({ statement }) => {
    throw new AwsError(
      'LocalOnly',
      `The Deny statement ${statement.sid ?? statement.index + 1} of ${statement.policy.name} is not taken back by furlong: somebody put it there on purpose.`,
      { tryThis: 'change that policy by hand, and run furlong doctor again' },
    )
  },
}

/**
 * Does one step of a plan.
 * @param target the account of the function
 * @param fix the step
 * @param caller the caller's account, for a step that only its credentials can do
 * @throws {AwsError} when it is refused, or is another account's to do
 */
export async function applyFix(target: Target, fix: Fix, caller?: Target): Promise<void> {
  const callerClients = caller && createClients(caller)
  return withAwsErrors(() =>
    (rows[fix.kind] as Apply<Fix['kind']>)(fix, createClients(target), callerClients),
  )
}

/**
 * Tells whether `applyFix` does a step, or a person has to.
 * @param fix the step
 * @param caller the caller's account, where its credentials are at hand
 * @returns false for a Deny, which somebody put there on purpose, and for what another account has to do
 */
export function canApply(fix: Fix, caller?: Target): boolean {
  if (fix.kind === 'remove-deny') return false
  return !('callerAccount' in fix) || fix.callerAccount === undefined || caller !== undefined
}

function nameFunction(functionArn: string): { FunctionName: string; Qualifier?: string } {
  const { unqualifiedArn = functionArn, qualifier } = parseFunctionArn(functionArn) ?? {}
  return { FunctionName: unqualifiedArn, ...(qualifier === undefined ? {} : { Qualifier: qualifier }) }
}

const nameOf = (arn: string): string => parseArn(arn)?.resource.split('/').at(-1) ?? arn

function chooseSide(
  { callerAccount, principalArn }: { callerAccount?: string; principalArn: string },
  clients: Clients,
  callerClients: Clients | undefined,
): Clients {
  if (callerAccount === undefined) return clients
  if (callerClients !== undefined) return callerClients
  throw new AwsError(
    'AccessDenied',
    `${principalArn} is of account ${callerAccount}: its policy is put with credentials of that account.`,
    { tryThis: 'run the printed command with --profile <one of that account>' },
  )
}
