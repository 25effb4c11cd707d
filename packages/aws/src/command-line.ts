import { parseFunctionArn, type Fix } from '@furlong/iam'

/**
 * Quotes a word for a POSIX shell.
 * @param word any text
 * @returns the word itself when it is plain, in single quotes otherwise
 */
export function quoteShellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word
  return `'${word.replaceAll("'", "'\\''")}'`
}

/**
 * Renders a fix as a command of the AWS CLI.
 * @param fix the fix
 * @returns the command, ready for a POSIX shell; undefined where no single command exists
 * @see https://docs.aws.amazon.com/cli/latest/reference/lambda/add-permission.html
 */
export function createAwsCommand(fix: Fix): string | undefined {
  const words = createWords(fix)
  return words?.map(quoteShellWord).join(' ')
}

function createWords(fix: Fix): readonly string[] | undefined {
  if (fix.kind === 'add-permission') return createAddPermission(fix)
  if (fix.kind === 'remove-permission') return createRemovePermission(fix.functionArn, fix.statementId)
  if (fix.kind === 'remove-deny') return undefined
  const subject = fix.kind === 'put-role-policy' ? 'role' : 'user'
  const name = fix.principalArn.split('/').at(-1) ?? fix.principalArn
  return [
    'aws',
    'iam',
    fix.kind,
    `--${subject}-name`,
    name,
    '--policy-name',
    fix.policyName,
    '--policy-document',
    fix.document,
  ]
}

function createRemovePermission(functionArn: string, statementId: string): readonly string[] {
  const called = parseFunctionArn(functionArn)
  return [
    'aws',
    'lambda',
    'remove-permission',
    '--function-name',
    called?.name ?? functionArn,
    ...(called?.qualifier === undefined ? [] : ['--qualifier', called.qualifier]),
    '--statement-id',
    statementId,
    ...(called === undefined ? [] : ['--region', called.region]),
  ]
}

function createAddPermission(fix: Fix & { kind: 'add-permission' }): readonly string[] {
  const called = parseFunctionArn(fix.functionArn)
  return [
    'aws',
    'lambda',
    'add-permission',
    '--function-name',
    called?.name ?? fix.functionArn,
    ...(called?.qualifier === undefined ? [] : ['--qualifier', called.qualifier]),
    '--statement-id',
    fix.statementId,
    '--action',
    fix.action,
    '--principal',
    fix.principal,
    ...(fix.functionUrlAuthType === undefined ? [] : ['--function-url-auth-type', fix.functionUrlAuthType]),
    ...(fix.invokedViaFunctionUrl === undefined ? [] : ['--invoked-via-function-url']),
    ...(fix.sourceArn === undefined ? [] : ['--source-arn', fix.sourceArn]),
    ...(called === undefined ? [] : ['--region', called.region]),
  ]
}
