import type { Target } from './target.ts'

/**
 * Finds where a function URL answers from here. A local side that hands out AWS's own form of URLs answers for them on its main
 * port, under a path, where no name has to be resolved.
 * @param target the account
 * @param url a function URL of it
 * @returns the URL to send requests to, with a path that ends in a slash
 */
export function reachUrl(target: Target, url: string): string {
  const id = /^https:\/\/([a-z0-9]+)\.lambda-url\.[a-z0-9-]+\.on\.aws\//.exec(url)?.[1]
  return target.kind === 'local' && target.endpoint !== undefined && id !== undefined
    ? `${target.endpoint}/_url/${id}/`
    : url
}
