import {
  type CompiledPolicy,
  compilePolicy,
  lintPolicy,
  type LintWarning,
  parsePolicy,
  type Policy,
} from '@furlong/iam'
import { AwsError, isServiceError } from '../errors.ts'
import { type FoundFunction, findFunction } from '../functions.ts'
import { createRefInput, type FunctionRef } from '../statements.ts'
import type { Clients, Target } from '../target.ts'
import { findUrl, type FunctionUrl, listUrls } from '../urls.ts'

/** The function that is looked at, as far as it could be read. */
export interface Patient {
  readonly found: FoundFunction
  /** Undefined when the function has none. */
  readonly url: FunctionUrl | undefined
  /** Undefined when there is none, or it could not be read. */
  readonly policy: CompiledPolicy | undefined
  /** Of an alias: the policy of its function, which does not count for it and may have been meant to. */
  readonly related: readonly CompiledPolicy[]
  readonly warnings: readonly LintWarning[]
  readonly tags: Readonly<Record<string, string>>
  /** Executions at once that are kept for the function; 0 switches it off, undefined when none are. */
  readonly reservedConcurrency: number | undefined
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
  const readPolicy = async (ref: FunctionRef): Promise<Policy | undefined> => {
    const document = await orUnread('lambda:GetPolicy', async () => {
      const { Policy } = await lambda.getPolicy(createRefInput(ref))
      return Policy
    })
    return document === undefined ? undefined : parsePolicy(document, 'resource')
  }
  const { functionName, qualifier } = found.ref
  const policy = await readPolicy(found.ref)
  const ofFunction = qualifier === undefined ? undefined : await readPolicy({ functionName })
  const tags = await orUnread('lambda:ListTags', async () => {
    const { Tags } = await lambda.listTags({ Resource: found.functionArn.split(':').slice(0, 7).join(':') })
    return Tags
  })
  const reservedConcurrency = await orUnread('lambda:GetFunctionConcurrency', async () => {
    const { ReservedConcurrentExecutions } = await lambda.getFunctionConcurrency({
      FunctionName: functionName,
    })
    return ReservedConcurrentExecutions
  })
  const compile = (one: Policy, name: string): CompiledPolicy =>
    compilePolicy(one, { type: 'resource', name })
  return {
    found,
    url,
    policy: policy && compile(policy, `the policy of function ${functionName}`),
    related:
      ofFunction === undefined ? [] : [compile(ofFunction, `the policy of function ${functionName} itself`)],
    warnings: policy === undefined ? [] : lintPolicy(policy, 'resource'),
    tags: tags ?? {},
    reservedConcurrency,
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
