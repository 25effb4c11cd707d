import { pathToFileURL } from 'node:url'

import type { VersionRecord } from '../../store/version-record.ts'
import { paginate } from '../pagination.ts'
import { renderConcurrency } from './concurrency.ts'
import { invalidMarkerError, invalidParameterError } from './errors.ts'
import { renderListedVersion, renderVersion } from './function-configuration.ts'
import { findFunction, findVersion } from './function-target.ts'
import { marker, maxItems, namespacedFunctionName, notServed, qualifier } from './members.ts'
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

interface ListFunctionsInput {
  readonly FunctionVersion?: 'ALL'
  readonly Marker?: string
  readonly MaxItems?: number
}

/** AWS gives 50 functions a page, whatever is asked for. */
const functionsPerPage = 50

function listFunctions({ input, request, services }: LambdaCall<ListFunctionsInput>): LambdaResult {
  const { store } = services
  const functions = store.functions.list(request.accountId, request.region)
  const all = input.FunctionVersion === 'ALL'
  const page = paginate<VersionRecord>(
    all ? functions.flatMap((latest) => [latest, ...store.versions.list(latest.arn)]) : functions,
    ({ name, version }) => `${name}\0${createVersionKey(version)}`,
    input.Marker,
    Math.min(input.MaxItems ?? functionsPerPage, functionsPerPage),
  )
  if (page === undefined) throw invalidMarkerError()
  return {
    json: {
      Functions: page.items.map((one) =>
        renderListedVersion(one, all ? `${one.arn}:${one.version}` : one.arn),
      ),
      ...(page.nextMarker === undefined ? {} : { NextMarker: page.nextMarker }),
    },
  }
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
      Marker: marker,
      MaxItems: maxItems(10_000),
    },
    handle: listFunctions,
  }),
]
