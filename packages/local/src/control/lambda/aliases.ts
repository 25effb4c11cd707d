import { randomUUID } from 'node:crypto'

import type { AliasRecord } from '../../store/aliases.ts'
import type { Store } from '../../store/store.ts'
import { conflictError, invalidParameterError, notFoundError } from './errors.ts'
import { findFunction, type FunctionTarget, refuseCreating, refuseQualifier } from './function-target.ts'
import { answerPage, type ListInput, listMembers } from './lists.ts'
import { description, functionName, revisionId } from './members.ts'
import type { LambdaCall, LambdaOperation, LambdaResult, Member } from './operation.ts'
import { defineOperation } from './operation.ts'
import { checkRevision } from './revisions.ts'

type Weights = AliasRecord['additionalVersionWeights']

interface AliasInput {
  readonly Name: string
  readonly FunctionVersion?: string
  readonly Description?: string
  readonly RoutingConfig?: { readonly AdditionalVersionWeights?: Weights }
  readonly RevisionId?: string
}

interface CreateAliasInput extends AliasInput {
  readonly FunctionVersion: string
}

interface ListAliasesInput extends ListInput {
  readonly FunctionVersion?: string
}

function render(alias: AliasRecord): Readonly<Record<string, unknown>> {
  const { functionArn, name, functionVersion, description, additionalVersionWeights } = alias
  return {
    AliasArn: `${functionArn}:${name}`,
    Name: name,
    FunctionVersion: functionVersion,
    Description: description,
    ...(Object.keys(additionalVersionWeights).length === 0
      ? {}
      : { RoutingConfig: { AdditionalVersionWeights: additionalVersionWeights } }),
    RevisionId: alias.revisionId,
  }
}

/**
 * Checks where an alias points to.
 *
 * @throws {ControlError} with Lambda's text
 */
function checkVersions(
  store: Store,
  target: FunctionTarget,
  functionVersion: string,
  weights: Weights,
): void {
  const find = (version: string): void => {
    const known =
      version === '$LATEST' ? store.functionByArn(target.arn) : store.versions.get(target.arn, version)
    if (known === undefined) throw notFoundError(`Function not found: ${target.arn}:${version}`)
  }
  find(functionVersion)
  const others = Object.keys(weights)
  if (others.length > 1) {
    throw invalidParameterError('Number of items in AdditionalVersionWeights cannot be greater than 1')
  }
  for (const version of others) {
    if (functionVersion === '$LATEST') {
      throw invalidParameterError('$LATEST is not supported for an alias pointing to more than 1 version')
    }
    if (version === functionVersion) {
      throw invalidParameterError(
        `Invalid function version ${version}. Function version ${version} is already included in routing configuration.`,
      )
    }
    find(version)
  }
}

function createAlias({ input, target, services }: LambdaCall<CreateAliasInput>): LambdaResult {
  const { store } = services
  refuseQualifier(target)
  return store.transaction(() => {
    const weights = input.RoutingConfig?.AdditionalVersionWeights ?? {}
    checkVersions(store, target, input.FunctionVersion, weights)
    refuseCreating(findFunction(store, target))
    if (store.alias(target.arn, input.Name) !== undefined) {
      throw conflictError(`Alias already exists: ${target.arn}:${input.Name}`)
    }
    const alias: AliasRecord = {
      functionArn: target.arn,
      name: input.Name,
      functionVersion: input.FunctionVersion,
      description: input.Description ?? '',
      additionalVersionWeights: weights,
      revisionId: randomUUID(),
    }
    store.aliases.add(alias)
    return { json: render(alias) }
  })
}

function getAlias({ input, target, services }: LambdaCall<AliasInput>): LambdaResult {
  refuseQualifier(target)
  const alias = services.store.alias(target.arn, input.Name)
  if (alias === undefined) throw notFoundError(`Cannot find alias arn: ${target.arn}:${input.Name}`)
  return { json: render(alias) }
}

/** What is not given stays; an empty RoutingConfig sends every call to one version again. */
function updateAlias({ input, target, services }: LambdaCall<AliasInput>): LambdaResult {
  const { store } = services
  refuseQualifier(target)
  return store.transaction(() => {
    const alias = store.alias(target.arn, input.Name)
    if (alias === undefined) throw notFoundError(`Alias not found: ${target.arn}:${input.Name}`)
    checkRevision(alias.revisionId, input.RevisionId)
    const { RoutingConfig: routing } = input
    const changed: AliasRecord = {
      ...alias,
      functionVersion: input.FunctionVersion ?? alias.functionVersion,
      description: input.Description ?? alias.description,
      additionalVersionWeights:
        routing === undefined ? alias.additionalVersionWeights : (routing.AdditionalVersionWeights ?? {}),
      revisionId: randomUUID(),
    }
    checkVersions(store, target, changed.functionVersion, changed.additionalVersionWeights)
    store.aliases.replace(changed)
    return { json: render(changed) }
  })
}

/** An alias that does not exist is no error, as on Lambda. */
function deleteAlias({ input, target, services }: LambdaCall<AliasInput>): LambdaResult {
  const { store } = services
  return store.transaction(() => {
    findFunction(store, target)
    const url = store.urls.of(target.arn, input.Name)
    if (url !== undefined) store.urls.retire(url)
    store.policies.remove(target.arn, input.Name)
    store.aliases.remove(target.arn, input.Name)
    return {}
  })
}

function listAliases({ input, target, services }: LambdaCall<ListAliasesInput>): LambdaResult {
  findFunction(services.store, target)
  const { FunctionVersion: wanted } = input
  const aliases = services.store.aliases
    .list(target.arn)
    .filter(({ functionVersion }) => wanted === undefined || wanted === functionVersion)
  return answerPage('Aliases', aliases, ({ name }) => name, input, render)
}

const aliasName: Member = {
  type: 'string',
  required: true,
  min: 1,
  max: 128,
  pattern: '(?!^[0-9]+$)([a-zA-Z0-9-_]+)',
}
const functionVersion: Member = {
  type: 'string',
  min: 1,
  max: 1024,
  pattern: '(\\$LATEST(\\.PUBLISHED)?|[0-9]+)',
}
const changeable: Readonly<Record<string, Member>> = {
  FunctionVersion: functionVersion,
  Description: description,
  RoutingConfig: {
    type: 'structure',
    members: {
      AdditionalVersionWeights: {
        type: 'numbers',
        key: { min: 1, max: 1024, pattern: '[0-9]+' },
        item: { required: true, min: 0, max: 1, decimal: true },
      },
    },
  },
}
const named = { FunctionName: functionName, Name: { ...aliasName, from: 'uri' } } as const
const aliasesPath = '/2015-03-31/functions/{FunctionName}/aliases'

/** CreateAlias, GetAlias, UpdateAlias, DeleteAlias, ListAliases. */
export const aliasOperations: readonly LambdaOperation[] = [
  defineOperation<CreateAliasInput>({
    name: 'CreateAlias',
    method: 'POST',
    path: aliasesPath,
    status: 201,
    action: 'lambda:CreateAlias',
    members: {
      FunctionName: functionName,
      Name: aliasName,
      ...changeable,
      FunctionVersion: { ...functionVersion, required: true },
    },
    handle: createAlias,
  }),
  defineOperation<AliasInput>({
    name: 'GetAlias',
    method: 'GET',
    path: `${aliasesPath}/{Name}`,
    status: 200,
    action: 'lambda:GetAlias',
    members: named,
    handle: getAlias,
  }),
  defineOperation<AliasInput>({
    name: 'UpdateAlias',
    method: 'PUT',
    path: `${aliasesPath}/{Name}`,
    status: 200,
    action: 'lambda:UpdateAlias',
    members: { ...named, ...changeable, RevisionId: revisionId },
    handle: updateAlias,
  }),
  defineOperation<AliasInput>({
    name: 'DeleteAlias',
    method: 'DELETE',
    path: `${aliasesPath}/{Name}`,
    status: 204,
    action: 'lambda:DeleteAlias',
    members: named,
    handle: deleteAlias,
  }),
  defineOperation<ListAliasesInput>({
    name: 'ListAliases',
    method: 'GET',
    path: aliasesPath,
    status: 200,
    action: 'lambda:ListAliases',
    members: {
      FunctionName: functionName,
      FunctionVersion: { ...functionVersion, from: 'query' },
      ...listMembers(10_000),
    },
    handle: listAliases,
  }),
]
