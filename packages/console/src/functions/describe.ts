import type { AccessEdge, Caller, UrlSummary } from '@furlong/local/console'
import { nameFunction } from '../words.ts'

/** @returns such as `user checkout of 111122223333` */
export function describeCaller(caller: Caller): string {
  return descriptions[caller.type](caller)
}

const descriptions: Readonly<Record<Caller['type'], (caller: Caller) => string>> = {
  user: ({ name, accountId }) => `user ${name} of ${accountId}`,
  role: ({ name, accountId }) => `role ${name} of ${accountId}`,
  session: ({ name, accountId }) => `session ${name} of ${accountId}`,
  service: ({ name }) => `service ${name}`,
  deleted: ({ name }) => `${name}, deleted`,
  anonymous: () => 'everybody, unsigned',
  account: ({ name, accountId, isUnknown }) =>
    accountId === '' ? name : `account ${accountId}${isUnknown === true ? ', not known here' : ''}`,
}

/** @returns name and kind of a caller, beneath the heading of its account */
export function nameShortly({ type, name, accountId }: Caller): readonly [name: string, kind: string] {
  if (type === 'anonymous') return ['everybody', '']
  if (type === 'account') return accountId === '' ? [name, ''] : ['any caller', 'account']
  return [name, type]
}

/**
 * Says what a half-granted line waits for.
 *
 * @param edge the line
 * @param caller at its beginning
 * @returns a few words for each thing; none when it is not half-granted
 */
export function listMissing(
  { verdict, missing, lacks = [], unknown = [] }: AccessEdge,
  { type, isUnknown }: Caller,
): readonly string[] {
  if (verdict !== 'half') return []
  const open = isUnknown === true ? 'account not known here' : 'by its own policies'
  return [
    ...(missing.length === 0 ? [] : [`no ${nameActions(missing)}`]),
    ...lacks.map((kind) => lackNames[kind] ?? `not in its ${kind} policy`),
    ...(unknown.length === 0 ? [] : [type === 'deleted' ? 'was deleted' : open]),
  ]
}

const lackNames: Readonly<Partial<Record<NonNullable<AccessEdge['lacks']>[number], string>>> = {
  identity: 'no identity policy',
  boundary: 'not in its boundary',
}

/** All of them are Lambda's. */
const nameActions = (actions: readonly string[]): string =>
  actions.map((action) => action.replace('lambda:', '')).join(', ')

/** @returns the name of the function, with the alias */
export function describeUrl({ functionArn, qualifier }: UrlSummary): string {
  const name = nameFunction(functionArn)
  return qualifier === undefined || name.endsWith(`:${qualifier}`) ? name : `${name}:${qualifier}`
}
