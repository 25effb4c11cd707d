import { createFunctionSpec, type FunctionSpec } from '../engine/index.ts'
import type { FunctionUrlRow } from '../store/function-urls.ts'
import type { Store, StoredFunctionPolicy } from '../store/store.ts'
import type { VersionRecord } from '../store/version-record.ts'

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

/** What was found last, by the very row the store handed out: it is the same one until anything in the store changes. */
const found = new WeakMap<FunctionUrlRow, UrlFunction & { readonly version: VersionRecord }>()

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
  // An alias may share its calls between two versions: the version is looked for each time.
  const version = store.version(functionArn, qualifier, Math.random)
  const before = found.get(url)
  if (before !== undefined && before.version === version) {
    return region === undefined || region === before.spec.region ? before : undefined
  }
  const record = store.functionByArn(functionArn)
  if (record === undefined || version === undefined) return undefined
  if (region !== undefined && region !== record.region) return undefined
  const called = {
    url,
    version,
    resourceArn: qualifier === undefined ? functionArn : `${functionArn}:${qualifier}`,
    spec: createFunctionSpec(version, codeFolder(version.codeSha256)),
    policy: store.functionPolicy(functionArn, qualifier),
    tags: record.tags,
  }
  found.set(url, called)
  return called
}

function findAliasless(store: Store, urlId: string, region: string | undefined): AliaslessUrl | undefined {
  const url = store.urls.retired(urlId)
  const record = url && store.functionByArn(url.functionArn)
  if (url?.qualifier === undefined || record === undefined) return undefined
  if (region !== undefined && region !== record.region) return undefined
  return { deletedAlias: `${url.functionArn}:${url.qualifier}` }
}
