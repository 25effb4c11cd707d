import { pathToFileURL } from 'node:url'

import { invalidMarker, paginate } from '../pagination.ts'
import { invalidParameterError } from './errors.ts'
import { renderFunction, renderListedFunction } from './function-configuration.ts'
import { findFunction } from './function-target.ts'
import { marker, maxItems, namespacedFunctionName, notServed, qualifier } from './members.ts'
import type { LambdaCall, LambdaOperation, LambdaResult } from './operation.ts'
import { defineOperation } from './operation.ts'

const named = { FunctionName: namespacedFunctionName, Qualifier: qualifier }

function getFunction({ target, services }: LambdaCall<unknown>): LambdaResult {
  const record = findFunction(services.store, target)
  const { tags } = record
  return {
    json: {
      Configuration: renderFunction(record),
      // AWS hands out a presigned S3 URL; here the package lies on this machine.
      Code: {
        RepositoryType: 'S3',
        Location: pathToFileURL(services.code.zipFile(record.codeSha256)).href,
      },
      ...(Object.keys(tags).length === 0 ? {} : { Tags: tags }),
    },
  }
}

async function deleteFunction({ target, services }: LambdaCall<unknown>): Promise<LambdaResult> {
  const { store, urls, engine } = services
  const record = findFunction(store, target)
  if (target.qualifier === '$LATEST') {
    throw invalidParameterError('$LATEST version cannot be deleted without deleting the function.')
  }
  const orphaned = store.transaction(() => {
    const open = store.functionUrls(record.arn)
    store.functions.remove(record.arn)
    return open
  })
  await Promise.all(orphaned.map(({ urlId }) => urls.close(urlId)))
  // Not awaited: what runs may finish, and Lambda does not let the deletion wait for it.
  void engine.retire(record.arn)
  return {}
}

interface ListFunctionsInput {
  readonly Marker?: string
  readonly MaxItems?: number
}

/** AWS gives 50 functions a page, whatever is asked for. */
const functionsPerPage = 50

function listFunctions({ input, request, services }: LambdaCall<ListFunctionsInput>): LambdaResult {
  const page = paginate(
    services.store.functions.list(request.accountId, request.region),
    ({ name }) => name,
    input.Marker,
    Math.min(input.MaxItems ?? functionsPerPage, functionsPerPage),
  )
  if (page === undefined) throw invalidParameterError(invalidMarker)
  return {
    json: {
      Functions: page.items.map(renderListedFunction),
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
    handle: ({ target, services }) => ({ json: renderFunction(findFunction(services.store, target)) }),
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
      // Only $LATEST exists, so that ALL versions are what is listed anyway.
      FunctionVersion: { type: 'string', from: 'query', values: ['ALL'] },
      Marker: marker,
      MaxItems: maxItems(10_000),
    },
    handle: listFunctions,
  }),
]
