import type { FunctionConfiguration } from '@aws-sdk/client-lambda'
import { parseFunctionArn } from '@furlong/iam'
import { AwsError, isServiceError } from './errors.ts'
import { parseFunctionName, type FunctionName } from './function-name.ts'
import type { Clients, Target } from './target.ts'

/** A function that exists. */
export interface FoundFunction {
  readonly ref: { readonly functionName: string; readonly qualifier?: string }
  /** ARN as the URL's policies name it: with the alias when there is one. */
  readonly functionArn: string
  readonly accountId: string
  readonly roleArn: string
  readonly configuration: FunctionConfiguration
}

/**
 * Finds a function.
 * @param clients the clients of its account
 * @param nameOrArn a name, `name:alias`, a partial or a full ARN
 * @param target where it is looked for, named in the error
 * @returns the function
 * @throws {AwsError} `FunctionNotFound`, with the functions there are; `InvalidFunctionName`
 */
export async function findFunction(
  clients: Clients,
  nameOrArn: string,
  target: Target,
): Promise<FoundFunction> {
  const parsed = parseFunctionName(nameOrArn)
  const lambda = await clients.lambda()
  try {
    const configuration = await lambda.getFunctionConfiguration({
      FunctionName: parsed.name,
      ...(parsed.qualifier === undefined ? {} : { Qualifier: parsed.qualifier }),
    })
    return createFound(parsed, configuration)
  } catch (error) {
    if (!isServiceError(error, 'ResourceNotFoundException')) throw error
    const where = `${target.kind === 'aws' ? 'AWS' : 'the local side'} in ${target.region}`
    throw new AwsError('FunctionNotFound', `There is no function '${nameOrArn}' on ${where}.`, {
      cause: error,
      tryThis: `npx furlong deploy <entry> --name ${parsed.name}, or another --region or --account`,
    })
  }
}

function createFound(parsed: FunctionName, configuration: FunctionConfiguration): FoundFunction {
  const functionArn = configuration.FunctionArn ?? ''
  return {
    ref: {
      functionName: parsed.name,
      ...(parsed.qualifier === undefined ? {} : { qualifier: parsed.qualifier }),
    },
    functionArn,
    accountId: parseFunctionArn(functionArn)?.accountId ?? '',
    roleArn: configuration.Role ?? '',
    configuration,
  }
}
