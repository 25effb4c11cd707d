import { clientEnvironment, type LocalAccount, type ReachEnvironment, type Side } from '@furlong/local/sides'
import type { EnvironmentChange } from './shells.ts'

/** A profile wins over keys in some clients, and a token of other keys makes every signature wrong. */
const contradicting: readonly string[] = ['AWS_PROFILE', 'AWS_DEFAULT_PROFILE', 'AWS_SESSION_TOKEN']

/**
 * Creates what an environment must become to reach a local side: its endpoints, region and keys, and nothing that contradicts them.
 * @param side the side
 * @param account whose administrator's keys
 * @param region region to set; default the side's
 * @returns variables to set and to unset
 */
export function createClientChange(
  side: Pick<Side, 'endpoint' | 'region'>,
  account: LocalAccount,
  region: string = side.region,
): EnvironmentChange {
  const variables = clientEnvironment(
    { endpoint: side.endpoint, region },
    { accessKeyId: account.accessKeyId, secretAccessKey: account.secretAccessKey },
  )
  return {
    set: { ...variables, FURLONG_ENDPOINT: side.endpoint },
    unset: contradicting.filter((name) => !(name in variables)),
  }
}

/**
 * Creates what takes back `createClientChange`: what stood there before is not known any more.
 * @returns the variables to unset
 */
export function createClientUndo(): EnvironmentChange {
  const { set } = createClientChange({ endpoint: '', region: '' }, noAccount)
  return { set: {}, unset: [...Object.keys(set), 'AWS_SESSION_TOKEN'] }
}

const noAccount: LocalAccount = { accountId: '', userArn: '', accessKeyId: '', secretAccessKey: '' }

/**
 * Adds to a change the way to function URLs by their addresses on AWS.
 * @param change endpoints, region and keys
 * @param reach proxy, preload and roots, made for the environment that the change is applied to
 * @returns both
 */
export function addReach(change: EnvironmentChange, reach: ReachEnvironment): EnvironmentChange {
  return { set: { ...change.set, ...reach.variables }, unset: change.unset }
}

/**
 * Applies a change to an environment.
 * @param env the environment
 * @param change what to set and to unset
 * @returns a new environment
 */
export function applyChange(
  env: Readonly<Record<string, string | undefined>>,
  change: EnvironmentChange,
): Record<string, string | undefined> {
  const kept = Object.entries(env).filter(([name]) => !change.unset.includes(name))
  return { ...Object.fromEntries(kept), ...change.set }
}
