import type { LocalAccount } from '../side/sides.ts'
import type { AccessKeyRecord } from './access-keys.ts'
import { AccessKeys } from './access-keys.ts'
import { Accounts } from './accounts.ts'
import type { AliasRecord } from './aliases.ts'
import { Aliases } from './aliases.ts'
import { createFunctionArn } from './arns.ts'
import { AsyncInvocations } from './async-invocations.ts'
import type { CountingDatabase } from './counting-database.ts'
import { FunctionConcurrency } from './function-concurrency.ts'
import { createFunctionPolicyDocument, FunctionPolicies } from './function-policies.ts'
import type { FunctionUrlRow } from './function-urls.ts'
import { FunctionUrls } from './function-urls.ts'
import { FunctionVersions } from './function-versions.ts'
import type { FunctionRecord } from './functions.ts'
import { Functions } from './functions.ts'
import type { NamedPolicy } from './inline-policies.ts'
import { InlinePolicies } from './inline-policies.ts'
import { GroupMembers } from './group-members.ts'
import { LastUses } from './last-uses.ts'
import type { ManagedPolicyRecord } from './managed-policies.ts'
import { ManagedPolicies } from './managed-policies.ts'
import type { PrincipalRecord } from './principals.ts'
import { Memo } from './memo.ts'
import { Principals } from './principals.ts'
import { openDatabase } from './open-database.ts'
import { readTables, type StateTables } from './state-tables.ts'
import { seedAccount } from './seed.ts'
import type { NewSession, SessionRecord } from './sessions.ts'
import { Sessions } from './sessions.ts'
import type { VersionRecord } from './version-record.ts'

export type { AccessKeyRecord } from './access-keys.ts'
export type { AliasRecord } from './aliases.ts'
export type { FunctionUrlRow } from './function-urls.ts'
export type { FunctionRecord } from './functions.ts'
export type { NamedPolicy } from './inline-policies.ts'
export type { PrincipalRecord } from './principals.ts'
export type { NewSession, SessionRecord } from './sessions.ts'
export type { VersionRecord } from './version-record.ts'

/** A function's policy as stored. */
export interface StoredFunctionPolicy {
  /** JSON, with unique ids in place of user and role ARNs. */
  readonly document: string
  readonly revisionId: string
}

/**
 * The state of one local side: accounts, principals with their keys and policies, functions with their URLs and policies.
 *
 * The readers that the way of a request needs are methods; what operations change goes through the concept's own member.
 */
export class Store {
  readonly accounts: Accounts
  readonly principals: Principals
  readonly accessKeys: AccessKeys
  readonly sessions: Sessions
  readonly inlinePolicies: InlinePolicies
  readonly managedPolicies: ManagedPolicies
  readonly groupMembers: GroupMembers
  readonly lastUses: LastUses
  readonly functions: Functions
  readonly versions: FunctionVersions
  readonly aliases: Aliases
  readonly urls: FunctionUrls
  readonly policies: FunctionPolicies
  readonly concurrency: FunctionConcurrency
  readonly asyncInvocations: AsyncInvocations
  readonly #database: CountingDatabase
  readonly #memo: Memo
  #isInTransaction = false

  private constructor(database: CountingDatabase) {
    this.#database = database
    this.#memo = new Memo(() => database.changes)
    this.accounts = new Accounts(database)
    this.principals = new Principals(database)
    this.accessKeys = new AccessKeys(database)
    this.sessions = new Sessions(database)
    this.inlinePolicies = new InlinePolicies(database)
    this.managedPolicies = new ManagedPolicies(database)
    this.groupMembers = new GroupMembers(database)
    this.lastUses = new LastUses(database)
    this.functions = new Functions(database)
    this.versions = new FunctionVersions(database)
    this.aliases = new Aliases(database)
    this.urls = new FunctionUrls(database)
    this.policies = new FunctionPolicies(database)
    this.concurrency = new FunctionConcurrency(database)
    this.asyncInvocations = new AsyncInvocations(database)
  }

  /**
   * Opens a state file, making it (mode 0600, in a folder of mode 0700) when it is not there.
   *
   * @param file a path, or `:memory:`
   * @returns the store; close it
   * @throws {LocalError} when the file is of a newer furlong or no state file
   */
  static open(file: string): Store {
    return new Store(openDatabase(file))
  }

  /**
   * Reads everything at one moment.
   *
   * @param withSecrets whether access keys and sessions are part of it
   * @returns the tables
   */
  dump(withSecrets: boolean): StateTables {
    return readTables(this.#database, withSecrets)
  }

  /** Closes the file. */
  close(): void {
    try {
      this.transaction(() => this.lastUses.flush())
    } finally {
      this.#database.close()
    }
  }

  /**
   * Runs changes as one: all of them are kept, or none. A transaction inside another is part of it.
   *
   * @param work synchronous
   * @returns what `work` returns
   * @throws what `work` throws, after everything was undone
   */
  transaction<T>(work: () => T): T {
    // Counted here: the database itself tells only since Node 22.16.
    if (this.#isInTransaction) return work()
    this.#database.exec('BEGIN IMMEDIATE')
    this.#isInTransaction = true
    try {
      const result = work()
      this.#database.exec('COMMIT')
      return result
    } catch (error) {
      this.#rollBack()
      throw error
    } finally {
      this.#isInTransaction = false
    }
  }

  /**
   * Reads many things as of one moment, which is cheaper than one by one.
   *
   * @param work synchronous, and changes nothing
   * @returns what `work` returns
   */
  atOnce<T>(work: () => T): T {
    return this.#memo.atOnce(work)
  }

  /**
   * Remembers what follows from the store alone, until something in it changes.
   *
   * @param key unique over all that is remembered
   * @param ask finds it
   * @returns the remembered answer, or the one just found
   */
  remember<T>(key: string, ask: () => T): T {
    return this.#memo.get(key, ask)
  }

  #rollBack(): void {
    // What was read in between was never true.
    this.#memo.clear()
    try {
      this.#database.exec('ROLLBACK')
    } catch {
      // SQLite has rolled back by itself, as it does when the disk is full; the error that led here says so.
    }
  }

  /**
   * Makes an account and its administrator, where they are absent.
   *
   * @param accountId 12 digits
   * @param now the time of their making
   * @returns the administrator and its first active key
   * @throws {TypeError} when the account id is not 12 digits
   */
  seedAccount(accountId: string, now: Date = new Date()): LocalAccount {
    return this.transaction(() => seedAccount(this, accountId, now))
  }

  /**
   * Finds a long-lived access key.
   *
   * @param accessKeyId `AKIA…`
   * @returns the key, switched off or not, or undefined
   */
  accessKey(accessKeyId: string): AccessKeyRecord | undefined {
    return this.#memo.get(`key ${accessKeyId}`, () => this.accessKeys.get(accessKeyId))
  }

  /**
   * Finds temporary credentials.
   *
   * @param accessKeyId `ASIA…`
   * @returns the session, expired or not, or undefined
   */
  session(accessKeyId: string): SessionRecord | undefined {
    return this.#memo.get(`session ${accessKeyId}`, () => this.sessions.get(accessKeyId))
  }

  /**
   * Stores temporary credentials.
   *
   * @param session of an existing role or user
   */
  putSession(session: NewSession): void {
    this.sessions.add(session)
  }

  /**
   * Finds a user, role or group by its unique id.
   *
   * @param id `AIDA…`, `AROA…` or `AGPA…`
   * @returns the principal, or undefined
   */
  principal(id: string): PrincipalRecord | undefined {
    return this.#memo.get(`principal ${id}`, () => this.principals.byId(id))
  }

  /**
   * Finds a role.
   *
   * @param accountId 12 digits
   * @param name the friendly name
   * @returns the role, or undefined
   */
  role(accountId: string, name: string): PrincipalRecord | undefined {
    return this.principals.byName(accountId, 'role', name)
  }

  /**
   * Finds a user.
   *
   * @param accountId 12 digits
   * @param name the friendly name
   * @returns the user, or undefined
   */
  user(accountId: string, name: string): PrincipalRecord | undefined {
    return this.principals.byName(accountId, 'user', name)
  }

  /**
   * Lists what a user or role is allowed by itself and its groups: inline policies by name, then attached ones by ARN, its
   * own before those of its groups.
   *
   * @param principalId its unique id
   * @returns name (ARN for managed policies) and document of each
   */
  identityPolicies(principalId: string): readonly NamedPolicy[] {
    return this.#memo.get(`policies ${principalId}`, () =>
      this.holders(principalId).flatMap((holder) => [
        ...this.inlinePolicies.list(holder.id).map(({ name, document }) => ({
          name: holder.type === 'group' ? `${name} of group ${holder.name}` : name,
          document,
        })),
        ...this.managedPolicies
          .attached(holder.id)
          .map((policy) => ({ name: policy.arn, document: policy.document })),
      ]),
    )
  }

  /**
   * Lists whose policies count for a user, role or group.
   *
   * @param principalId its unique id
   * @returns itself, then its groups by name
   */
  holders(principalId: string): PrincipalRecord[] {
    const ids = [principalId, ...this.groupMembers.groups(principalId)]
    return ids.flatMap((id) => this.principals.byId(id) ?? [])
  }

  /**
   * Finds a managed policy, such as a permissions boundary.
   *
   * @param arn AWS's own or a customer's
   * @returns the policy, or undefined
   */
  managedPolicy(arn: string): ManagedPolicyRecord | undefined {
    return this.#memo.get(`managed ${arn}`, () => this.managedPolicies.get(arn))
  }

  /**
   * Finds a function.
   *
   * @param accountId 12 digits
   * @param region such as `us-east-1`
   * @param name the function's name
   * @returns the function, or undefined
   */
  function(accountId: string, region: string, name: string): FunctionRecord | undefined {
    return this.functions.get(createFunctionArn(region, accountId, name))
  }

  /**
   * Finds a function by its ARN.
   *
   * @param arn unqualified
   * @returns the function, or undefined
   */
  functionByArn(arn: string): FunctionRecord | undefined {
    return this.#memo.get(`function ${arn}`, () => this.functions.get(arn))
  }

  /**
   * Finds an alias.
   *
   * @param functionArn unqualified
   * @param name the alias's name
   * @returns the alias, or undefined
   */
  alias(functionArn: string, name: string): AliasRecord | undefined {
    return this.#memo.get(`alias ${functionArn} ${name}`, () => this.aliases.get(functionArn, name))
  }

  /**
   * Finds the version that a qualifier stands for.
   *
   * @param functionArn unqualified
   * @param qualifier `$LATEST`, the number of a version or the name of an alias; absent for `$LATEST`
   * @param chance a number from 0 up to 1, drawn when an alias shares its calls between two versions; without it such an
   *   alias stands for its main version
   * @returns the version, or undefined when there is no such function, version or alias
   */
  version(functionArn: string, qualifier = '$LATEST', chance?: () => number): VersionRecord | undefined {
    if (qualifier === '$LATEST') return this.functionByArn(functionArn)
    const alias = this.alias(functionArn, qualifier)
    if (alias !== undefined) return this.version(functionArn, chooseVersion(alias, chance))
    return this.#memo.get(`version ${functionArn} ${qualifier}`, () =>
      this.versions.get(functionArn, qualifier),
    )
  }

  /**
   * Reads the reserved concurrency of every function that has one.
   *
   * @returns simultaneous executions by unqualified ARN; the same map for as long as nothing has changed
   */
  reservedConcurrency(): ReadonlyMap<string, number> {
    return this.#memo.get('reserved concurrency', () => this.concurrency.all())
  }

  /**
   * Finds a function URL by its id.
   *
   * @param urlId 32 lower-case alphanumerics
   * @returns the URL, or undefined
   */
  functionUrl(urlId: string): FunctionUrlRow | undefined {
    return this.#memo.get(`url ${urlId}`, () => this.urls.get(urlId))
  }

  /**
   * Lists the URLs of a function.
   *
   * @param functionArn unqualified
   * @returns that of `$LATEST` first
   */
  functionUrls(functionArn: string): FunctionUrlRow[] {
    return this.urls.list(functionArn)
  }

  /**
   * Lists the URLs of every function, for opening them at the start.
   *
   * @returns oldest first
   */
  allFunctionUrls(): FunctionUrlRow[] {
    return this.urls.all()
  }

  /**
   * Replaces a function URL's record, such as after it was opened on another port.
   *
   * @param url the whole of it, with an id that exists
   */
  putFunctionUrl(url: FunctionUrlRow): void {
    this.urls.replace(url)
  }

  /**
   * Reads a function's policy as stored.
   *
   * @param functionArn unqualified
   * @param qualifier an alias or version; absent for the function itself
   * @returns the document and the revision, or undefined when there is no policy
   */
  functionPolicy(functionArn: string, qualifier?: string): StoredFunctionPolicy | undefined {
    return this.#memo.get(`policy ${functionArn} ${qualifier ?? ''}`, () => {
      const policy = this.policies.get(functionArn, qualifier)
      return (
        policy && { document: createFunctionPolicyDocument(policy.statements), revisionId: policy.revisionId }
      )
    })
  }
}

function chooseVersion(alias: AliasRecord, chance: (() => number) | undefined): string {
  const [other] = Object.entries(alias.additionalVersionWeights)
  return chance !== undefined && other !== undefined && chance() < other[1] ? other[0] : alias.functionVersion
}
