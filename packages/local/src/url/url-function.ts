import { createFunctionSpec, type FunctionSpec } from '../engine/index.ts'
import type { FunctionUrlRow } from '../store/function-urls.ts'
import type { Store, StoredFunctionPolicy } from '../store/store.ts'

/** A function URL with everything its requests need. */
export interface UrlFunction {
  readonly url: FunctionUrlRow
  /** Qualified for an alias: the resource that policies name. */
  readonly resourceArn: string
  readonly spec: FunctionSpec
  /** The policy of that resource; undefined when it has no statement. */
  readonly policy: StoredFunctionPolicy | undefined
  readonly tags: Readonly<Record<string, string>>
}

/** A URL whose alias was deleted: callers are refused as if no policy allowed them. */
export interface AliaslessUrl {
  readonly deletedAlias: string
}

/**
 * Finds what a function URL stands for.
 *
 * @param store URLs, functions, versions and policies
 * @param codeFolder where a version's code lies unpacked
 * @param urlId 32 lower-case alphanumerics
 * @param region of the host the request named; undefined when it named none
 * @returns undefined for an id that does not exist, or not in that region
 */
export function findUrlFunction(
  store: Store,
  codeFolder: (codeSha256: string) => string,
  urlId: string,
  region: string | undefined,
): UrlFunction | AliaslessUrl | undefined {
  const url = store.functionUrl(urlId)
  if (url === undefined) return findAliasless(store, urlId, region)
  const { functionArn, qualifier } = url
  const record = store.functionByArn(functionArn)
  const version = qualifier === undefined ? record : store.version(functionArn, qualifier, Math.random)
  if (record === undefined || version === undefined) return undefined
  if (region !== undefined && region !== record.region) return undefined
  return {
    url,
    resourceArn: qualifier === undefined ? functionArn : `${functionArn}:${qualifier}`,
    spec: createFunctionSpec(version, codeFolder(version.codeSha256)),
    policy: store.functionPolicy(functionArn, qualifier),
    tags: record.tags,
  }
}

function findAliasless(store: Store, urlId: string, region: string | undefined): AliaslessUrl | undefined {
  const url = store.urls.retired(urlId)
  const record = url && store.functionByArn(url.functionArn)
  if (url?.qualifier === undefined || record === undefined) return undefined
  if (region !== undefined && region !== record.region) return undefined
  return { deletedAlias: `${url.functionArn}:${url.qualifier}` }
}
