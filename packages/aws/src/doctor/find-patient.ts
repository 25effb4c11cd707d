import { type CompiledPolicy, compilePolicy, lintPolicy, type LintWarning, parsePolicy } from '@furlong/iam'
import { AwsError, isServiceError } from '../errors.ts'
import { type FoundFunction, findFunction } from '../functions.ts'
import { createRefInput } from '../statements.ts'
import type { Clients, Target } from '../target.ts'
import { findUrl, type FunctionUrl, listUrls } from '../urls.ts'

/** The function that is looked at, as far as it could be read. */
export interface Patient {
  readonly found: FoundFunction
  /** Undefined when the function has none. */
  readonly url: FunctionUrl | undefined
  /** Undefined when there is none, or it could not be read. */
  readonly policy: CompiledPolicy | undefined
  readonly warnings: readonly LintWarning[]
  readonly tags: Readonly<Record<string, string>>
  /** What could not be read, a sentence each. */
  readonly unread: readonly string[]
}

/**
 * Finds a function by its name or by its URL, and reads what decides about calls of the URL.
 * @param target the account
 * @param clients its clients
 * @param what a function's name, `name:alias` or ARN, or a function URL
 * @returns the function, its URL and its policy
 * @throws {AwsError} `FunctionNotFound`, `UrlNotFound` when no function of the account and region has that URL
 */
export async function findPatient(target: Target, clients: Clients, what: string): Promise<Patient> {
  const name = /^https?:/i.test(what) ? await findFunctionOfUrl(target, what) : what
  const found = await findFunction(clients, name, target)
  const lambda = await clients.lambda()
  const url = await findUrl(lambda, found.ref)
  const unread: string[] = []
  const orUnread = async <T>(action: string, read: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await read()
    } catch (error) {
      if (isServiceError(error, 'ResourceNotFoundException')) return undefined
      if (!isServiceError(error, 'AccessDeniedException')) throw error
      unread.push(`${action} was refused, so not all of function ${found.ref.functionName} is known.`)
      return undefined
    }
  }
  const document = await orUnread('lambda:GetPolicy', async () => {
    const { Policy } = await lambda.getPolicy(createRefInput(found.ref))
    return Policy
  })
  const policy = document === undefined ? undefined : parsePolicy(document, 'resource')
  const tags = await orUnread('lambda:ListTags', async () => {
    const { Tags } = await lambda.listTags({ Resource: found.functionArn.split(':').slice(0, 7).join(':') })
    return Tags
  })
  const origin = { type: 'resource', name: `the policy of function ${found.ref.functionName}` } as const
  return {
    found,
    url,
    policy: policy && compilePolicy(policy, origin),
    warnings: policy === undefined ? [] : lintPolicy(policy, 'resource'),
    tags: tags ?? {},
    unread,
  }
}

async function findFunctionOfUrl(target: Target, text: string): Promise<string> {
  const { host } = new URL(text)
  const id = /^([a-z0-9]+)\.lambda-url\./.exec(host)?.[1]
  const urls = await listUrls(target)
  const found = urls.find(({ url }) => {
    const other = new URL(url).host
    return other === host || (id !== undefined && other.startsWith(`${id}.lambda-url.`))
  })
  if (found !== undefined) return found.functionArn
  throw new AwsError(
    'UrlNotFound',
    `No function of this account in ${target.region} has the URL ${text}: it was deleted, or it belongs to another account or region.`,
    { tryThis: 'npx furlong url list, or another --region, --account or --profile' },
  )
}
