import type { Caller, UrlSummary } from '@furlong/local/console'
import { nameFunction } from '../words.ts'

/** @returns such as `user checkout of 111122223333` */
export function describeCaller({ type, name, accountId }: Caller): string {
  return type === 'anonymous' ? 'everybody, unsigned' : `${type} ${name} of ${accountId}`
}

/** @returns the name of the function, with the alias */
export function describeUrl({ functionArn, qualifier }: UrlSummary): string {
  const name = nameFunction(functionArn)
  return qualifier === undefined || name.endsWith(`:${qualifier}`) ? name : `${name}:${qualifier}`
}
