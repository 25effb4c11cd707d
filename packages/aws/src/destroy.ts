import { AwsError, isServiceError, withAwsErrors } from './errors.ts'
import { parseFunctionName } from './function-name.ts'
import { inspectOwnRole, removeOwnRole, type OwnRole } from './deploy/role.ts'
import { createRefInput } from './statements.ts'
import { type Clients, createClients, type Target } from './target.ts'
import { listUrls } from './urls.ts'

/** Something that `deploy` made, or that hangs on it. */
export interface DestroyStep {
  readonly what: 'url' | 'function' | 'role'
  /** The URL, or the ARN. */
  readonly name: string
  /** Of a URL: whose it is, with the alias when it is an alias's. */
  readonly functionArn?: string
  /** Why it stays; absent for what goes. */
  readonly kept?: string
}

/**
 * Lists what `destroy` would take away.
 * @param target the account
 * @param options the function's name
 * @returns URLs, the function and its role, in the order in which they go
 * @throws {AwsError} `FunctionNotFound` when neither the function nor a role that was made for it is there
 */
export async function planDestroy(
  target: Target,
  options: { readonly functionName: string },
): Promise<readonly DestroyStep[]> {
  return withAwsErrors(async () => {
    const clients = createClients(target)
    const { name: functionName, qualifier } = parseFunctionName(options.functionName)
    if (qualifier !== undefined) {
      throw new AwsError(
        'InvalidFunctionName',
        `'${options.functionName}' names a version or an alias, and only a whole function is taken away.`,
      )
    }
    const functionArn = await findArn(clients, functionName)
    const role = await inspectOwnRole(clients, functionName)
    if (functionArn === undefined && role === undefined) {
      throw new AwsError(
        'FunctionNotFound',
        `There is no function '${functionName}', and no role that was made for it.`,
      )
    }
    const urls = functionArn === undefined ? [] : await listUrls(target, { functionName })
    return [
      ...urls.map(({ url, functionArn }): DestroyStep => ({ what: 'url', name: url, functionArn })),
      ...(functionArn === undefined ? [] : [{ what: 'function', name: functionArn } as const]),
      ...(role === undefined ? [] : [createRoleStep(role)]),
    ]
  })
}

function createRoleStep({ roleArn, kept }: OwnRole): DestroyStep {
  return { what: 'role', name: roleArn, ...(kept === undefined ? {} : { kept }) }
}

/**
 * Takes away what `deploy` made: the URLs of a function and its aliases, the function with its versions and its policy, and its
 * role when it was made for it and holds nothing else. Doing it again, or after a failure half-way, goes on where it stopped.
 * @param target the account
 * @param options the function's name; `onStep` hears of each thing when it is gone
 * @returns what is gone, and what stays and why
 * @throws {AwsError} `FunctionNotFound` when there is nothing to take away
 */
export async function destroy(
  target: Target,
  options: { readonly functionName: string; onStep?(step: DestroyStep): void },
): Promise<readonly DestroyStep[]> {
  const steps = await planDestroy(target, options)
  return withAwsErrors(async () => {
    const clients = createClients(target)
    const lambda = await clients.lambda()
    const { name: FunctionName } = parseFunctionName(options.functionName)
    for (const step of steps) {
      if (step.what === 'url') {
        const ref = parseFunctionName(step.functionArn ?? FunctionName)
        await orGone(() => lambda.deleteFunctionUrlConfig(createRefInput({ ...ref, functionName: ref.name })))
      }
      if (step.what === 'function') await orGone(() => lambda.deleteFunction({ FunctionName }))
      if (step.what === 'role' && step.kept === undefined) await removeOwnRole(clients, FunctionName)
      options.onStep?.(step)
    }
    return steps
  })
}

async function findArn(clients: Clients, FunctionName: string): Promise<string | undefined> {
  const lambda = await clients.lambda()
  return orGone(async () => (await lambda.getFunctionConfiguration({ FunctionName })).FunctionArn)
}

async function orGone<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (isServiceError(error, 'ResourceNotFoundException')) return undefined
    throw error
  }
}
