import { parseArn } from '@furlong/iam'
import type { Option } from './command.ts'
import { findAccount, type Selection } from './target.ts'
import type { Values } from './values.ts'

/**
 * Options that name the account of a caller of another account than the function's.
 * @param what what is done there, as the beginning of a sentence
 * @returns the options of a command
 */
export function callerSideOptions(what: string): Readonly<Record<string, Option>> {
  return {
    'caller-profile': {
      type: 'string',
      value: '<name>',
      takes: 'profile',
      says: `${what} with this profile, on AWS`,
    },
    'caller-account': {
      type: 'string',
      value: '<id>',
      says: `${what} in this account of the local side`,
    },
  }
}

/**
 * Selects the caller's account, on the same side of the world as the function's.
 * @param selection the function's account
 * @param values the call's options
 * @returns the caller's account; undefined when none is named
 * @throws {CliError} `wrong-usage` for a name of the other world, `unknown-account`
 */
export async function selectCaller(selection: Selection, values: Values): Promise<Selection | undefined> {
  const [profile, accountId] = [values.text('caller-profile'), values.text('caller-account')]
  if (profile === undefined && accountId === undefined) return undefined
  if (selection.kind === 'aws') {
    if (profile === undefined) {
      throw values.wrong(
        '--caller-account is for the local side; on AWS --caller-profile names the other account.',
      )
    }
    const { createAwsTarget } = await import('@furlong/aws')
    return { kind: 'aws', target: await createAwsTarget({ profile, region: selection.target.region }) }
  }
  if (accountId === undefined) {
    throw values.wrong(
      '--caller-profile is for AWS; on the local side --caller-account names the other account.',
    )
  }
  return selectAccount(selection, accountId)
}

/**
 * Selects the account of a caller that is named by its ARN: the local side has the keys of each of its accounts.
 * @param selection the function's account
 * @param arn of the caller
 * @returns the caller's account; undefined within one account, for an account that the side does not have, and on AWS
 */
export function findCallerAccount(selection: Selection, arn: string): Selection | undefined {
  const { accountId } = parseArn(arn) ?? {}
  if (selection.kind === 'aws' || accountId === undefined || accountId === selection.account.accountId) {
    return undefined
  }
  const isThere = selection.side.accounts.some((account) => account.accountId === accountId)
  return isThere ? selectAccount(selection, accountId) : undefined
}

function selectAccount(selection: Selection & { readonly kind: 'local' }, accountId: string): Selection {
  const account = findAccount(selection.side, accountId)
  const { accessKeyId, secretAccessKey } = account
  return {
    ...selection,
    account,
    target: { ...selection.target, credentials: { accessKeyId, secretAccessKey } },
  }
}

/**
 * Writes the option that named the caller's account, for a command to copy.
 * @param selection the caller's account
 * @returns such as `--caller-account 444455556666`
 */
export function nameCallerSide(selection: Selection): string {
  return selection.kind === 'local'
    ? `--caller-account ${selection.account.accountId}`
    : `--caller-profile ${selection.target.profile ?? ''}`
}
