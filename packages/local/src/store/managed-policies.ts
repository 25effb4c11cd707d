import type { DatabaseSync, StatementSync } from 'node:sqlite'

import { awsManagedPolicies } from './aws-managed-policies.ts'
import type { PolicyVersionRecord } from './policy-versions.ts'
import { PolicyVersions } from './policy-versions.ts'

/** A managed policy: AWS's own or a customer's. */
export interface ManagedPolicyRecord {
  readonly arn: string
  /** `ANPA…`. */
  readonly id: string
  /** Absent for a policy of AWS's own. */
  readonly accountId?: string
  readonly name: string
  readonly path: string
  readonly description?: string
  /** Of the default version. */
  readonly document: string
  /** The default version, such as `v1`. */
  readonly versionId: string
  readonly tags: Readonly<Record<string, string>>
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** What is stored of a new policy: its first version is the default one. */
export type NewManagedPolicy = Omit<ManagedPolicyRecord, 'versionId' | 'updatedAt'> & {
  readonly accountId: string
}

/** A user, role or group by its unique id, and how it uses a policy. */
export interface PolicyUse {
  readonly principalId: string
  readonly as: 'permissions' | 'boundary'
}

interface ManagedPolicyRow {
  arn: string
  id: string
  accountId: string
  name: string
  path: string
  description: string | null
  document: string
  defaultVersion: number
  tags: string
  createdAt: number
  updatedAt: number
}

const select = `SELECT m.arn, m.id, m.accountId, m.name, m.path, m.description, m.defaultVersion, m.tags, m.createdAt, m.updatedAt,
  v.document FROM managedPolicies m JOIN policyVersions v ON v.policyArn = m.arn AND v.number = m.defaultVersion`

function toRecord(row: unknown): ManagedPolicyRecord | undefined {
  if (row === undefined) return undefined
  const { description, defaultVersion, tags, createdAt, updatedAt, ...rest } = row as ManagedPolicyRow
  return {
    ...rest,
    ...(description === null ? {} : { description }),
    versionId: `v${defaultVersion}`,
    tags: JSON.parse(tags) as Record<string, string>,
    createdAt: new Date(createdAt),
    updatedAt: new Date(updatedAt),
  }
}

function ownedByAws(arn: string): ManagedPolicyRecord | undefined {
  const row = awsManagedPolicies.get(arn)
  const createdAt = new Date(row?.createdAt ?? 0)
  return row && { ...row, arn, tags: {}, createdAt, updatedAt: createdAt }
}

/** Managed policies and what they are attached to. */
export class ManagedPolicies {
  /** Of customer managed policies; of AWS's own only the default version is known. */
  readonly versions: PolicyVersions
  readonly #insert: StatementSync
  readonly #one: StatementSync
  readonly #taken: StatementSync
  readonly #list: StatementSync
  readonly #remove: StatementSync
  readonly #attach: StatementSync
  readonly #detach: StatementSync
  readonly #attachments: StatementSync
  readonly #attachmentCount: StatementSync
  readonly #boundaryCount: StatementSync
  readonly #uses: StatementSync
  readonly #setTags: StatementSync

  /**
   * Prepares the statements.
   *
   * @param database an open database of the current schema
   */
  constructor(database: DatabaseSync) {
    this.versions = new PolicyVersions(database)
    this.#insert = database.prepare(
      'INSERT INTO managedPolicies (arn, id, accountId, name, path, description, tags, createdAt, updatedAt) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    )
    this.#one = database.prepare(`${select} WHERE m.arn = ?`)
    this.#taken = database.prepare('SELECT 1 FROM managedPolicies WHERE accountId = ? AND name = ?')
    this.#list = database.prepare(`${select} WHERE m.accountId = ? ORDER BY m.name`)
    this.#remove = database.prepare('DELETE FROM managedPolicies WHERE arn = ?')
    this.#attach = database.prepare(
      'INSERT OR IGNORE INTO attachments (principalId, policyArn) VALUES (?, ?)',
    )
    this.#detach = database.prepare('DELETE FROM attachments WHERE principalId = ? AND policyArn = ?')
    this.#attachments = database.prepare(
      'SELECT policyArn FROM attachments WHERE principalId = ? ORDER BY policyArn',
    )
    this.#attachmentCount = database.prepare(
      'SELECT count(*) AS n FROM attachments a JOIN principals p ON p.id = a.principalId WHERE a.policyArn = ? AND p.accountId = ?',
    )
    this.#boundaryCount = database.prepare(
      'SELECT count(*) AS n FROM principals WHERE boundaryArn = ? AND accountId = ?',
    )
    this.#uses = database.prepare(
      `SELECT p.id, 'permissions' AS use FROM attachments a JOIN principals p ON p.id = a.principalId
         WHERE a.policyArn = :arn AND p.accountId = :accountId
       UNION ALL SELECT id, 'boundary' FROM principals WHERE boundaryArn = :arn AND accountId = :accountId`,
    )
    this.#setTags = database.prepare('UPDATE managedPolicies SET tags = ? WHERE arn = ?')
  }

  /**
   * Stores a customer managed policy with its first version.
   *
   * @param policy the whole of it; its name must be free
   */
  add(policy: NewManagedPolicy): void {
    this.#insert.run(
      policy.arn,
      policy.id,
      policy.accountId,
      policy.name,
      policy.path,
      policy.description ?? null,
      JSON.stringify(policy.tags),
      policy.createdAt.getTime(),
      policy.createdAt.getTime(),
    )
    this.versions.addFirst(policy.arn, policy.document, policy.createdAt)
  }

  /**
   * Lists the versions of a policy, AWS's own or a customer's.
   *
   * @param policy the policy
   * @returns the newest first; of AWS's own the default one alone
   */
  listVersions(policy: ManagedPolicyRecord): PolicyVersionRecord[] {
    if (policy.accountId !== undefined) return this.versions.list(policy.arn)
    const { versionId, document, createdAt } = policy
    return [{ versionId, document, isDefault: true, createdAt }]
  }

  /**
   * Replaces the tags of a customer managed policy.
   *
   * @param arn its ARN
   * @param tags all of them
   */
  setTags(arn: string, tags: Readonly<Record<string, string>>): void {
    this.#setTags.run(JSON.stringify(tags), arn)
  }

  /**
   * Lists who of one account uses a policy.
   *
   * @param policyArn the policy
   * @param accountId 12 digits
   * @returns one entry for each use, in no order
   */
  uses(policyArn: string, accountId: string): PolicyUse[] {
    return this.#uses.all({ arn: policyArn, accountId }).map((row) => ({
      principalId: String(row['id']),
      as: row['use'] === 'boundary' ? 'boundary' : 'permissions',
    }))
  }

  /**
   * Finds a managed policy, AWS's own or a customer's.
   *
   * @param arn the policy's ARN
   * @returns the policy, or undefined
   */
  get(arn: string): ManagedPolicyRecord | undefined {
    return ownedByAws(arn) ?? toRecord(this.#one.get(arn))
  }

  /**
   * Says whether a customer managed policy has the name, whatever its case.
   *
   * @param accountId 12 digits
   * @param name the friendly name
   * @returns whether one has
   */
  isTaken(accountId: string, name: string): boolean {
    return this.#taken.get(accountId, name) !== undefined
  }

  /**
   * Lists the customer managed policies of an account.
   *
   * @param accountId 12 digits
   * @returns the policies by name
   */
  list(accountId: string): ManagedPolicyRecord[] {
    return this.#list.all(accountId).flatMap((row) => toRecord(row) ?? [])
  }

  /**
   * Lists AWS's own policies.
   *
   * @returns those that are served
   */
  listOwnedByAws(): ManagedPolicyRecord[] {
    return [...awsManagedPolicies.keys()].flatMap((arn) => ownedByAws(arn) ?? [])
  }

  /**
   * Deletes a customer managed policy with all its versions.
   *
   * @param arn its ARN
   */
  remove(arn: string): void {
    this.#remove.run(arn)
  }

  /**
   * Attaches a policy; attaching it twice is attaching it once.
   *
   * @param principalId the unique id of the user, role or group
   * @param policyArn an existing policy
   */
  attach(principalId: string, policyArn: string): void {
    this.#attach.run(principalId, policyArn)
  }

  /**
   * Detaches a policy.
   *
   * @param principalId the unique id of the user, role or group
   * @param policyArn the policy
   * @returns whether it was attached
   */
  detach(principalId: string, policyArn: string): boolean {
    return this.#detach.run(principalId, policyArn).changes > 0
  }

  /**
   * Lists what is attached to a user, role or group.
   *
   * @param principalId its unique id
   * @returns the policies by ARN
   */
  attached(principalId: string): ManagedPolicyRecord[] {
    return this.#attachments.all(principalId).flatMap((row) => this.get(String(row['policyArn'])) ?? [])
  }

  /**
   * Counts the users, roles and groups of one account that a policy is attached to.
   *
   * @param policyArn the policy
   * @param accountId 12 digits
   * @returns how many
   */
  attachmentCount(policyArn: string, accountId: string): number {
    return Number(this.#attachmentCount.get(policyArn, accountId)?.['n'] ?? 0)
  }

  /**
   * Counts the users and roles of one account whose permissions boundary a policy is.
   *
   * @param policyArn the policy
   * @param accountId 12 digits
   * @returns how many
   */
  boundaryCount(policyArn: string, accountId: string): number {
    return Number(this.#boundaryCount.get(policyArn, accountId)?.['n'] ?? 0)
  }
}
