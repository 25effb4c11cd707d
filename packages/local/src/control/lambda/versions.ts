import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'

import type { PublishedVersion } from '../../store/function-versions.ts'
import type { FunctionRecord } from '../../store/functions.ts'
import type { Store } from '../../store/store.ts'
import { versionColumns } from '../../store/version-record.ts'
import type { ControlServices } from '../services.ts'
import { conflictError, invalidParameterError, notFoundError } from './errors.ts'
import { renderListedVersion, renderVersion } from './render-version.ts'
import type { FunctionTarget } from './function-target.ts'
import { findFunction, refuseUnsettled } from './function-target.ts'
import { answerPage, type ListInput, listMembers } from './lists.ts'
import { description, functionName, namespacedFunctionName, notServed, revisionId } from './members.ts'
import type { LambdaCall, LambdaOperation, LambdaResult } from './operation.ts'
import { defineOperation } from './operation.ts'
import { checkRevision } from './revisions.ts'

interface PublishVersionInput {
  readonly CodeSha256?: string
  readonly Description?: string
  readonly RevisionId?: string
}

/** What a version has of its own, whatever it was made from. */
const ownColumns: ReadonlySet<string> = new Set(['description', 'revisionId', 'deploymentId', 'modifiedAt'])
const contentColumns = versionColumns.filter((name) => !ownColumns.has(name))

/** Whether publishing again would make the same version. */
function hasContentOf(published: PublishedVersion, latest: FunctionRecord): boolean {
  return (
    published.latestDescription === latest.description &&
    contentColumns.every((name) => isDeepStrictEqual(published[name], latest[name]))
  )
}

/**
 * Publishes `$LATEST` as a version, unless the version published last is the same already. Within a transaction.
 *
 * @param store holds both
 * @param latest the function as it is stored
 * @param description of the version; that of `$LATEST` when absent
 * @returns the version
 */
export function publish(
  store: Store,
  latest: FunctionRecord,
  description: string = latest.description,
): PublishedVersion {
  const last = store.versions.get(latest.arn, String(latest.lastVersion))
  if (last !== undefined && hasContentOf(last, latest)) return last
  const lastVersion = latest.lastVersion + 1
  const version: PublishedVersion = {
    ...latest,
    version: String(lastVersion),
    status: 'Active',
    description,
    latestDescription: latest.description,
    revisionId: randomUUID(),
  }
  store.versions.add(version)
  store.functions.replace({ ...latest, lastVersion, revisionId: randomUUID() })
  return version
}

function publishVersion({ input, target, services }: LambdaCall<PublishVersionInput>): LambdaResult {
  const { store } = services
  return store.transaction(() => {
    const latest = findFunction(store, target)
    refuseUnsettled(latest)
    if (input.CodeSha256 !== undefined && input.CodeSha256 !== latest.codeSha256) {
      throw invalidParameterError(
        `CodeSHA256 (${input.CodeSha256}) is different from current CodeSHA256 in $LATEST (${latest.codeSha256}). Please try again with the CodeSHA256 in $LATEST.`,
      )
    }
    checkRevision(latest.revisionId, input.RevisionId)
    const version = publish(store, latest, input.Description)
    return { json: renderVersion(version, `${version.arn}:${version.version}`) }
  })
}

function listVersions({ input, target, services }: LambdaCall<ListInput>): LambdaResult {
  const latest = findFunction(services.store, target)
  return answerPage(
    'Versions',
    [latest, ...services.store.versions.list(latest.arn)],
    ({ version }) => createVersionKey(version),
    input,
    (version) => renderListedVersion(version, `${version.arn}:${version.version}`),
  )
}

/**
 * Makes the key by which versions are sorted as text.
 *
 * @param version `$LATEST`, which comes first, or a number
 * @returns digits, always as many
 */
export function createVersionKey(version: string): string {
  return (version === '$LATEST' ? '' : version).padStart(15, '0')
}

/**
 * Deletes one published version; one that does not exist is no error, as on Lambda.
 *
 * @param target names it
 * @param version its qualifier
 * @param services hold it and run it
 * @throws {ControlError} for an alias, an unknown function, or a version that aliases refer to
 */
export function deleteVersion(target: FunctionTarget, version: string, services: ControlServices): void {
  const { store, engine } = services
  if (!/^\d+$/.test(version)) throw invalidParameterError('Deletion of aliases is not currently supported.')
  store.transaction(() => {
    if (store.functionByArn(target.arn) === undefined)
      throw notFoundError(`Function not found: ${target.arn}`)
    if (store.versions.get(target.arn, version) === undefined) return
    const holders = store.aliases
      .list(target.arn)
      .filter(
        (alias) =>
          alias.functionVersion === version || Object.hasOwn(alias.additionalVersionWeights, version),
      )
    if (holders.length > 0) {
      throw conflictError(
        `Unable to delete version because the following aliases reference it: [${holders.map(({ name }) => name).join(', ')}]`,
      )
    }
    store.versions.remove(target.arn, version)
    store.policies.remove(target.arn, version)
  })
  // Not awaited: what runs may finish.
  void engine.retire(target.arn, version)
}

/** PublishVersion, ListVersionsByFunction. */
export const versionOperations: readonly LambdaOperation[] = [
  defineOperation<PublishVersionInput>({
    name: 'PublishVersion',
    method: 'POST',
    path: '/2015-03-31/functions/{FunctionName}/versions',
    status: 201,
    action: 'lambda:PublishVersion',
    members: {
      FunctionName: functionName,
      CodeSha256: { type: 'string' },
      Description: description,
      RevisionId: revisionId,
      PublishTo: notServed(),
    },
    handle: publishVersion,
  }),
  defineOperation<ListInput>({
    name: 'ListVersionsByFunction',
    method: 'GET',
    path: '/2015-03-31/functions/{FunctionName}/versions',
    status: 200,
    action: 'lambda:ListVersionsByFunction',
    members: { FunctionName: namespacedFunctionName, ...listMembers(10_000) },
    handle: listVersions,
  }),
]
