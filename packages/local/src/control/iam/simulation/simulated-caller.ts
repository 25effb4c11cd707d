import type { Principal, RequestContext } from '@furlong/iam'

import type { PrincipalRecord } from '../../../store/principals.ts'
import type { Store } from '../../../store/store.ts'
import { ControlError } from '../../control-error.ts'

/** Who calls in a simulation. */
export interface SimulatedCaller {
  readonly principal: Exclude<Principal, { type: 'service' | 'anonymous' }>
  /** The condition keys that name the caller, in lower case. */
  readonly context: RequestContext
  /** Only a user has a name that the policy of a resource can tell. */
  readonly isNamed: boolean
}

const userArn = /^arn:aws:iam::(\d{12}):user\/(?:[!-~]*\/)?([\w+=,.@-]+)$/

/** AWS's sentence for an ARN that names no user, group or role. */
export const createEntityError = (arn: string): ControlError =>
  new ControlError('InvalidInput', `Invalid Entity Arn: ${arn} does not clearly define entity type and name.`)

/**
 * Says who calls.
 *
 * guess: of the caller's condition keys, the simulator knows those that its ARN and its id give; tags, time and address
 * are for ContextEntries to tell.
 *
 * @param callerArn CallerArn, or undefined
 * @param source the user, group or role whose policies are simulated; undefined when there is none
 * @param accountId of the one who asks, for a simulation that names nobody
 * @param store knows the users
 * @returns the user that was named; otherwise the user or role whose policies they are, or nobody in particular
 * @throws {ControlError} InvalidInput for a CallerArn that is no user's
 */
export function findSimulatedCaller(
  callerArn: string | undefined,
  source: PrincipalRecord | undefined,
  accountId: string,
  store: Store,
): SimulatedCaller {
  if (callerArn !== undefined) return createNamedUser(callerArn, store)
  if (source?.type === 'user') return createNamedUser(source.arn, store)
  if (source?.type === 'role') return createRole(source)
  return {
    principal: { type: 'user', account: source?.accountId ?? accountId, arn: '', name: '', id: '' },
    context: {},
    isNamed: false,
  }
}

/** The user need not exist: its ARN says what policies of resources can ask for. */
function createNamedUser(arn: string, store: Store): SimulatedCaller {
  const [, account, name] = userArn.exec(arn) ?? []
  // guess: the words are those for PolicySourceArn.
  if (account === undefined || name === undefined) throw createEntityError(arn)
  const id = store.principals.byArn(arn)?.id
  return {
    principal: { type: 'user', account, arn, name, id: id ?? '' },
    context: {
      'aws:principalarn': arn,
      'aws:principalaccount': account,
      'aws:principaltype': 'User',
      'aws:username': name,
      ...(id === undefined ? {} : { 'aws:userid': id }),
    },
    isNamed: true,
  }
}

function createRole({ accountId, arn, id }: PrincipalRecord): SimulatedCaller {
  return {
    principal: {
      type: 'role-session',
      account: accountId,
      arn,
      roleArn: arn,
      roleId: id,
      sessionName: '',
      id,
    },
    context: {
      'aws:principalarn': arn,
      'aws:principalaccount': accountId,
      'aws:principaltype': 'AssumedRole',
    },
    isNamed: false,
  }
}
