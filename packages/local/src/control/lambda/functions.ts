import { pathToFileURL } from 'node:url'

import type { VersionRecord } from '../../store/version-record.ts'
import { renderConcurrency } from './concurrency.ts'
import { invalidParameterError } from './errors.ts'
import { renderListedVersion, renderVersion } from './render-version.ts'
import { findFunction, findVersion } from './function-target.ts'
import { answerPage, type ListInput, listMembers } from './lists.ts'
import { namespacedFunctionName, notServed, qualifier } from './members.ts'
import type { LambdaCall, LambdaOperation, LambdaResult } from './operation.ts'
import { defineOperation } from './operation.ts'
import { createVersionKey, deleteVersion } from './versions.ts'

const named = { FunctionName: namespacedFunctionName, Qualifier: qualifier }

function getFunction({ target, services }: LambdaCall<unknown>): LambdaResult {
  const version = findVersion(services.store, target)
  const tags = services.store.functionByArn(target.arn)?.tags ?? {}
  const reserved = services.store.reservedConcurrency().get(target.arn)
  return {
    json: {
      Configuration: renderVersion(version, target.qualifiedArn),
      // AWS hands out a presigned S3 URL; here the package lies on this machine.
      Code: {
        RepositoryType: 'S3',
        Location: pathToFileURL(services.code.zipFile(version.codeSha256)).href,
      },
      ...(Object.keys(tags).length === 0 ? {} : { Tags: tags }),
      ...(reserved === undefined ? {} : { Concurrency: renderConcurrency(reserved) }),
    },
  }
}

async function deleteFunction({ target, services }: LambdaCall<unknown>): Promise<LambdaResult> {
  const { store, urls, engine } = services
  const { arn, qualifier } = target
  if (qualifier === '$LATEST') {
    throw invalidParameterError('$LATEST version cannot be deleted without deleting the function.')
  }
  if (qualifier !== undefined) {
    deleteVersion(target, qualifier, services)
    return {}
  }
  findFunction(store, target)
  const orphaned = store.transaction(() => {
    const open = store.functionUrls(arn)
    store.functions.remove(arn)
    return [...open, ...store.urls.forgetRetired(arn)]
  })
  await Promise.all(orphaned.map(({ urlId }) => urls.close(urlId)))
  // Not awaited: what runs may finish, and Lambda does not let the deletion wait for it.
  void engine.retire(arn)
  return {}
}

interface ListFunctionsInput extends ListInput {
  readonly FunctionVersion?: 'ALL'
}

function listFunctions({ input, request, services }: LambdaCall<ListFunctionsInput>): LambdaResult {
  const { store } = services
  const functions = store.functions.list(request.accountId, request.region)
  if (input.FunctionVersion === undefined) {
    const render = (latest: VersionRecord): unknown => renderListedVersion(latest, latest.arn)
    return answerPage('Functions', functions, ({ name }) => name, input, render)
  }
  return answerPage<VersionRecord>(
    'Functions',
    functions.flatMap((latest) => [latest, ...store.versions.list(latest.arn)]),
    ({ name, version }) => `${createNameKey(name)}\0${createVersionKey(version)}`,
    input,
    (version) => renderListedVersion(version, `${version.arn}:${version.version}`),
  )
}

/** Lists are sorted without regard to case first: here each name has its cases behind it, so that no two are alike. */
function createNameKey(name: string): string {
  return `${name}\0${name.replaceAll(/[a-z]/g, '1').replaceAll(/[A-Z]/g, '0')}`
}

/** GetFunction, GetFunctionConfiguration, DeleteFunction, ListFunctions. */
export const functionOperations: readonly LambdaOperation[] = [
  defineOperation({
    name: 'GetFunction',
    method: 'GET',
    path: '/2015-03-31/functions/{FunctionName}',
    status: 200,
    action: 'lambda:GetFunction',
    members: named,
    handle: getFunction,
  }),
  defineOperation({
    name: 'GetFunctionConfiguration',
    method: 'GET',
    path: '/2015-03-31/functions/{FunctionName}/configuration',
    status: 200,
    action: 'lambda:GetFunctionConfiguration',
    members: named,
    handle: ({ target, services }) => ({
      json: renderVersion(findVersion(services.store, target), target.qualifiedArn),
    }),
  }),
  defineOperation({
    name: 'DeleteFunction',
    method: 'DELETE',
    path: '/2015-03-31/functions/{FunctionName}',
    status: 204,
    action: 'lambda:DeleteFunction',
    members: named,
    handle: deleteFunction,
  }),
  defineOperation<ListFunctionsInput>({
    name: 'ListFunctions',
    method: 'GET',
    path: '/2015-03-31/functions',
    status: 200,
    action: 'lambda:ListFunctions',
    resource: '*',
    members: {
      MasterRegion: { ...notServed(), from: 'query' },
      FunctionVersion: { type: 'string', from: 'query', values: ['ALL'] },
      ...listMembers(10_000),
    },
    handle: listFunctions,
  }),
]
