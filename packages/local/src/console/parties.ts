/** Who can be named by a function's policy, or chosen in the page: as the page shows them, and as the gates would see them. */
import type { PolicySet, Principal } from '@furlong/iam'
import { type Caller as Signer, describeCaller } from '../auth/caller.ts'
import type { PolicyStatement } from '../store/function-policies.ts'
import type { FunctionUrlRow } from '../store/function-urls.ts'
import type { PrincipalRecord } from '../store/principals.ts'
import type { Store } from '../store/store.ts'
import { everybody, toCaller } from './callers.ts'
import type { Caller } from './contract.ts'

/** Somebody who may call. */
export interface Party {
  readonly shown: Caller
  readonly principal: Principal
  /** Whose identity policies, boundary and sessions count; absent for those who have none, or none that is known here. */
  readonly signer?: Signer
  /** Kinds of policy that have a say and are not known here. */
  readonly unknown?: NonNullable<PolicySet['unknown']>
}

/** What roles call themselves where no session is named. */
export const sessionName = 'furlong-console'

/** Whoever signs, of any account: what `*` stands for where a signature is asked for. */
export const anyAccount = 'arn:aws:iam::*:root'

/** Everybody, unsigned. */
export const unsigned: Party = { shown: everybody, principal: { type: 'anonymous' } }

/** Describes a user, or a role by a session that brings nothing of its own. */
export function toParty(record: PrincipalRecord, now: Date): Party {
  return ofSigner(toCaller(record), describeCaller(record, sessionName, now))
}

/**
 * Finds who is meant.
 *
 * @param store users, roles and accounts
 * @param name an ARN, the unique id of somebody deleted, the name of a service, or `*` for everybody, unsigned
 * @param now when they would call
 * @returns undefined when it names nobody
 */
export function findParty(store: Store, name: string, now: Date): Party | undefined {
  if (name === everybody.arn) return unsigned
  const record = store.principals.byArn(name)
  if (record !== undefined) return record.type === 'group' ? undefined : toParty(record, now)
  for (const [form, read] of forms) {
    const found = form.exec(name)
    if (found !== null) return read(found, store, now)
  }
  return undefined
}

/**
 * Lists who a function's policy lets call its URL and who is no user or role of this side: other accounts as a whole, whoever
 * signs, services, sessions, and those who were deleted.
 *
 * @param store holds the policy
 * @param url whose policy it is
 * @param now when they would call
 * @returns each once
 */
export function listGrantees(store: Store, url: FunctionUrlRow, now: Date): Party[] {
  const names = new Set(listStatements(store, url).map((statement) => nameOf(store, url, statement)))
  return [...names].flatMap((name) => {
    const party = findParty(store, name, now)
    if (party === undefined || party.shown.type === 'user' || party.shown.type === 'role') return []
    const { type, accountId } = party.shown
    // To name the function's own account grants nothing; what a service may invoke is mostly no URL.
    const isMoot = type === 'account' && accountId === accountOf(url)
    return type === 'anonymous' || isMoot || (type === 'service' && !opensUrl(store, url, name))
      ? []
      : [party]
  })
}

/** Statements of the function's own policy that name somebody and allow one of the two actions. */
export function listStatementIds(store: Store, url: FunctionUrlRow, { shown }: Party): string[] {
  return listStatements(store, url)
    .filter((statement) => nameOf(store, url, statement) === shown.arn)
    .map(({ Sid }) => Sid)
}

function listStatements(store: Store, { functionArn, qualifier }: FunctionUrlRow): PolicyStatement[] {
  const { statements = [] } = store.policies.get(functionArn, qualifier) ?? {}
  return statements.filter(({ Action }) => /^(?:\*|lambda:(?:\*|Invoke.*))$/.test(Action))
}

function opensUrl(store: Store, url: FunctionUrlRow, service: string): boolean {
  return listStatements(store, url).some(
    (statement) => nameOf(store, url, statement) === service && !statement.Action.endsWith(':InvokeFunction'),
  )
}

/** Whom a statement names, as `findParty` takes it. */
function nameOf(store: Store, { authType }: FunctionUrlRow, { Principal: named }: PolicyStatement): string {
  if (named === '*') return authType === 'NONE' ? everybody.arn : anyAccount
  return 'AWS' in named ? (store.principal(named.AWS)?.arn ?? named.AWS) : named.Service
}

const accountOf = ({ functionArn }: FunctionUrlRow): string => functionArn.split(':')[4] ?? ''

type ReadForm = (found: RegExpExecArray, store: Store, now: Date) => Party | undefined

const forms: readonly (readonly [form: RegExp, read: ReadForm])[] = [
  [/^arn:aws:iam::(\d{12}|\*):root$/, ([arn, account = ''], store) => createAccount(arn, account, store)],
  [
    /^arn:aws:sts::(\d{12}):assumed-role\/([^/]+)\/([^/]+)$/,
    ([arn, accountId = '', role = '', session = ''], store, now) => {
      const record = store.role(accountId, role)
      const shown = { arn, type: 'session', accountId, name: `${role}/${session}` } as const
      return record && ofSigner(shown, describeCaller(record, session, now))
    },
  ],
  [
    /^arn:aws:sts::(\d{12}):federated-user\/([^/]+)$/,
    ([arn, accountId = '', name = '']) => createUnread({ arn, type: 'session', accountId, name }),
  ],
  [
    /^A(?:ID|RO)A[A-Z0-9]{17}$/,
    ([id]) => createUnread({ arn: id, type: 'deleted', accountId: '', name: id }),
  ],
  [
    /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:amazonaws\.com|amazon\.com|aws\.internal)$/,
    ([name]) => ({
      shown: { arn: name, type: 'service', accountId: '', name },
      principal: { type: 'service', name },
    }),
  ],
]

function createAccount(arn: string, account: string, store: Store): Party {
  const isAny = account === '*'
  const isKnown = isAny || store.accounts.has(account)
  return createUnread({
    arn,
    type: 'account',
    accountId: isAny ? '' : account,
    name: isAny ? 'any account' : account,
    ...(isKnown ? {} : { isUnknown: true }),
  })
}

/** Somebody of whose own policies nothing can be said: the policy of the function is all there is to decide by. */
function createUnread(shown: Caller): Party {
  const { arn, type, name, accountId } = shown
  const account = accountId === '' ? noAccount : accountId
  // One of an account is not its root user, who would need no policy of the account's.
  const own = type === 'session' ? arn : `arn:aws:iam::${account}:user/anybody`
  return { shown, principal: { type: 'user', account, arn: own, name, id: arn }, unknown: ['identity'] }
}

/** No account has this id: whoever is of it is of another than the function. */
const noAccount = '000000000000'

const ofSigner = (shown: Caller, signer: Signer): Party => ({ shown, principal: signer.principal, signer })
