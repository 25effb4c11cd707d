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

/**
 * Finds what a function URL stands for.
 *
 * @param store URLs, functions and policies
 * @param codeFolder where a function's code lies unpacked
 * @param urlId 32 lower-case alphanumerics
 * @param region of the host the request named; undefined when it named none
 * @returns undefined for an id that does not exist, or not in that region
 */
export function findUrlFunction(
  store: Store,
  codeFolder: (codeSha256: string) => string,
  urlId: string,
  region: string | undefined,
): UrlFunction | undefined {
  const url = store.functionUrl(urlId)
  const record = url && store.functionByArn(url.functionArn)
  if (url === undefined || record === undefined) return undefined
  if (region !== undefined && region !== record.region) return undefined
  return {
    url,
    resourceArn: url.qualifier === undefined ? url.functionArn : `${url.functionArn}:${url.qualifier}`,
    spec: createFunctionSpec(record, codeFolder(record.codeSha256)),
    policy: store.functionPolicy(url.functionArn, url.qualifier),
    tags: record.tags,
  }
}
