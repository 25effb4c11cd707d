import type { Lambda } from '@aws-sdk/client-lambda'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { type Local, startLocal } from '../../start.ts'
import {
  type Administrator,
  createAdministrator,
  createZip,
  deployFunction,
} from '../../testing/deploy-function.ts'

const arn = 'arn:aws:lambda:us-east-1:111122223333:function:shop'
const sourceOf = (text: string): string => `export const handler = async (event, context) => ({
  text: '${text}',
  version: process.env.AWS_LAMBDA_FUNCTION_VERSION,
  context: context.functionVersion,
  arn: context.invokedFunctionArn,
})`

let local: Local
let administrator: Administrator
let lambda: Lambda

async function invoke(Qualifier?: string): Promise<unknown> {
  const { Payload, ExecutedVersion } = await lambda.invoke({ FunctionName: 'shop', Qualifier })
  return { ...JSON.parse(String(Payload?.transformToString())), executed: ExecutedVersion }
}

beforeAll(async () => {
  local = await startLocal({ memory: true })
  administrator = createAdministrator(local)
  lambda = administrator.lambda
  await deployFunction(administrator, 'shop', sourceOf('one'))
  await lambda.publishVersion({ FunctionName: 'shop' })
  await lambda.updateFunctionCode({
    FunctionName: 'shop',
    ZipFile: createZip({ 'index.mjs': sourceOf('two') }),
  })
  await lambda.publishVersion({ FunctionName: 'shop' })
})

afterAll(async () => {
  lambda.destroy()
  await local.close()
})

describe('versions and aliases', () => {
  it('run what they stand for, and the function is told how it was called', async () => {
    await lambda.createAlias({ FunctionName: 'shop', Name: 'live', FunctionVersion: '1' })
    expect(await invoke()).toEqual({
      text: 'two',
      version: '$LATEST',
      context: '$LATEST',
      arn,
      executed: '$LATEST',
    })
    expect(await invoke('1')).toEqual({
      text: 'one',
      version: '1',
      context: '1',
      arn: `${arn}:1`,
      executed: '1',
    })
    expect(await invoke('live')).toMatchObject({ text: 'one', version: '1', arn: `${arn}:live` })
    await lambda.updateAlias({ FunctionName: 'shop', Name: 'live', FunctionVersion: '2' })
    expect(await invoke('live')).toMatchObject({ text: 'two', version: '2', arn: `${arn}:live` })
  })

  it('share the calls of an alias by weight', async () => {
    const RoutingConfig = { AdditionalVersionWeights: { 2: 0.5 } }
    await lambda.createAlias({ FunctionName: 'shop', Name: 'half', FunctionVersion: '1', RoutingConfig })
    const seen = new Set<unknown>()
    // One version alone by chance: once in 2^60.
    for (let count = 0; count < 60 && seen.size < 2; count += 1) {
      seen.add(((await invoke('half')) as { text: string }).text)
    }
    expect(seen).toEqual(new Set(['one', 'two']))
  })
})

describe('aliases', () => {
  const FunctionName = 'shop'

  it('are made, read, changed, listed and deleted', async () => {
    const made = await lambda.createAlias({
      FunctionName,
      Name: 'a',
      FunctionVersion: '1',
      Description: 'first',
      RoutingConfig: { AdditionalVersionWeights: { 2: 0.25 } },
    })
    expect(made).toMatchObject({
      $metadata: { httpStatusCode: 201 },
      AliasArn: `${arn}:a`,
      Name: 'a',
      FunctionVersion: '1',
      Description: 'first',
      RoutingConfig: { AdditionalVersionWeights: { 2: 0.25 } },
    })
    const { $metadata: _, ...alias } = made
    expect(await lambda.getAlias({ FunctionName, Name: 'a' })).toMatchObject(alias)
    const { Configuration } = await lambda.getFunction({ FunctionName: `${FunctionName}:a` })
    expect(Configuration).toMatchObject({ FunctionArn: `${arn}:a`, Version: '1' })
    const described = await lambda.updateAlias({ FunctionName, Name: 'a', Description: 'second' })
    expect(described).toMatchObject({ FunctionVersion: '1', RoutingConfig: alias.RoutingConfig })
    expect(described.RevisionId).not.toBe(alias.RevisionId)
    await expect(
      lambda.updateAlias({ FunctionName, Name: 'a', RevisionId: alias.RevisionId }),
    ).rejects.toMatchObject({
      name: 'PreconditionFailedException',
      message:
        'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
    })
    const whole = await lambda.updateAlias({
      FunctionName,
      Name: 'a',
      RoutingConfig: {},
      RevisionId: described.RevisionId,
    })
    expect(whole.RoutingConfig).toBeUndefined()
    await lambda.createAlias({ FunctionName, Name: 'b', FunctionVersion: '$LATEST' })
    const list = async (input: object = {}): Promise<unknown[]> => {
      const { Aliases = [] } = await lambda.listAliases({ FunctionName, ...input })
      return Aliases.map(({ Name }) => Name)
    }
    expect(await list()).toEqual(expect.arrayContaining(['a', 'b']))
    expect(await list({ FunctionVersion: '1' })).toContain('a')
    expect(await list({ FunctionVersion: '1' })).not.toContain('b')
    for (const Name of ['a', 'b', 'b']) {
      const { $metadata } = await lambda.deleteAlias({ FunctionName, Name })
      expect($metadata.httpStatusCode).toBe(204)
    }
    expect(await list()).not.toContain('a')
  })

  it('are listed by page', async () => {
    await deployFunction(administrator, 'pages', sourceOf(''))
    const names = ['A', 'b', 'c', 'd', 'e']
    for (const Name of names) {
      await lambda.createAlias({ FunctionName: 'pages', Name, FunctionVersion: '$LATEST' })
    }
    const seen: unknown[] = []
    let Marker: string | undefined
    do {
      const page = await lambda.listAliases({ FunctionName: 'pages', MaxItems: 2, Marker })
      seen.push(...(page.Aliases ?? []).map(({ Name }) => Name))
      Marker = page.NextMarker
    } while (Marker !== undefined)
    expect(seen).toEqual(names)
    await expect(lambda.listAliases({ FunctionName: 'pages', Marker: 'x' })).rejects.toThrow(
      'Invalid Marker.',
    )
  })

  it.each<[string, object, string, string]>([
    [
      'two more versions',
      { RoutingConfig: { AdditionalVersionWeights: { 1: 0.8, 2: 0.2 } } },
      'InvalidParameterValueException',
      'Number of items in AdditionalVersionWeights cannot be greater than 1',
    ],
    [
      'a weight above 1',
      { RoutingConfig: { AdditionalVersionWeights: { 2: 2 } } },
      'ValidationException',
      "1 validation error detected: Value '{2=2.0}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]",
    ],
    [
      'a version twice',
      { RoutingConfig: { AdditionalVersionWeights: { 1: 0.5 } } },
      'InvalidParameterValueException',
      'Invalid function version 1. Function version 1 is already included in routing configuration.',
    ],
    [
      'an unknown version',
      { FunctionVersion: '10' },
      'ResourceNotFoundException',
      `Function not found: ${arn}:10`,
    ],
    [
      'an unknown version beside another',
      { RoutingConfig: { AdditionalVersionWeights: { 10: 0.5 } } },
      'ResourceNotFoundException',
      `Function not found: ${arn}:10`,
    ],
    [
      '$LATEST beside a version',
      { FunctionVersion: '$LATEST', RoutingConfig: { AdditionalVersionWeights: { 1: 0.5 } } },
      'InvalidParameterValueException',
      '$LATEST is not supported for an alias pointing to more than 1 version',
    ],
    [
      'a weight of $LATEST',
      { RoutingConfig: { AdditionalVersionWeights: { $LATEST: 0.5 } } },
      'ValidationException',
      "1 validation error detected: Value '{$LATEST=0.5}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [0-9]+]",
    ],
    [
      'a number as its name',
      { Name: '2024' },
      'ValidationException',
      "1 validation error detected: Value '2024' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)",
    ],
    [
      'an unknown function',
      { FunctionName: 'none' },
      'ResourceNotFoundException',
      'Function not found: arn:aws:lambda:us-east-1:111122223333:function:none:1',
    ],
    [
      'a name that is taken',
      { Name: 'live' },
      'ResourceConflictException',
      `Alias already exists: ${arn}:live`,
    ],
  ])('are refused with %s', async (_, input, name, message) => {
    await expect(
      lambda.createAlias({ FunctionName, Name: 'x', FunctionVersion: '1', ...input }),
    ).rejects.toMatchObject({ name, message })
  })

  it('are unknown in the words of Lambda', async () => {
    const unknown = { FunctionName, Name: 'none' }
    await expect(lambda.getAlias(unknown)).rejects.toThrow(`Cannot find alias arn: ${arn}:none`)
    await expect(lambda.updateAlias(unknown)).rejects.toThrow(`Alias not found: ${arn}:none`)
    await expect(lambda.listAliases({ FunctionName: 'none' })).rejects.toThrow('Function not found: ')
    await expect(lambda.getAlias({ FunctionName: 'shop:1', Name: 'live' })).rejects.toThrow(
      `Function not found: ${arn}:1`,
    )
    await expect(invoke('none')).rejects.toThrow(`Function not found: ${arn}:none`)
    await expect(lambda.invoke({ FunctionName: 'none' })).rejects.toThrow(/function:none:\$LATEST$/)
  })
})
