import { parseArn, parseFunctionArn } from '@furlong/iam'

/**
 * Names a function as people do.
 * @param functionArn its ARN
 * @returns `name` or `name:alias`; anything that is no such ARN as it is
 */
export function nameFunction(functionArn: string): string {
  const parts = parseFunctionArn(functionArn)
  if (parts === undefined) return functionArn
  return parts.qualifier === undefined ? parts.name : `${parts.name}:${parts.qualifier}`
}

/**
 * Shortens the ARN of a caller.
 * @param arn such as `arn:aws:sts::111122223333:assumed-role/caller/session`
 * @returns `assumed-role/caller/session of 111122223333`
 */
export function shortenArn(arn: string): string {
  const parts = parseArn(arn)
  return parts === undefined ? arn : `${parts.resource} of ${parts.accountId}`
}
