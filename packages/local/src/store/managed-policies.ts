import type { DatabaseSync, StatementSync } from 'node:sqlite'

import { awsManagedPolicies } from './aws-managed-policies.ts'

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
  readonly document: string
  /** The default version, such as `v1`. */
  readonly versionId: string
  readonly tags: Readonly<Record<string, string>>
  readonly createdAt: Date
}

interface ManagedPolicyRow {
  arn: string
  id: string
  accountId: string
  name: string
  path: string
  description: string | null
  document: string
  tags: string
  createdAt: number
}

function toRecord(row: unknown): ManagedPolicyRecord | undefined {
  if (row === undefined) return undefined
  const { description, tags, createdAt, ...rest } = row as ManagedPolicyRow
  return {
    ...rest,
    ...(description === null ? {} : { description }),
    versionId: 'v1',
    tags: JSON.parse(tags) as Record<string, string>,
    createdAt: new Date(createdAt),
  }
}

function ownedByAws(arn: string): ManagedPolicyRecord | undefined {
  const row = awsManagedPolicies.get(arn)
  return row && { ...row, arn, tags: {}, createdAt: new Date(row.createdAt) }
}

/** Managed policies and what they are attached to. */
export class ManagedPolicies {
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

  /**
   * Prepares the statements.
   *
   * @param database an open database of the current schema
   */
  constructor(database: DatabaseSync) {
    this.#insert = database.prepare(
      'INSERT INTO managedPolicies (arn, id, accountId, name, path, description, document, tags, createdAt) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    )
    this.#one = database.prepare('SELECT * FROM managedPolicies WHERE arn = ?')
    this.#taken = database.prepare('SELECT 1 FROM managedPolicies WHERE accountId = ? AND name = ?')
    this.#list = database.prepare('SELECT * FROM managedPolicies WHERE accountId = ? ORDER BY name')
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
  }

  /**
   * Stores a customer managed policy.
   *
   * @param policy the whole of it; its name must be free
   */
  add(policy: ManagedPolicyRecord & { readonly accountId: string }): void {
    this.#insert.run(
      policy.arn,
      policy.id,
      policy.accountId,
      policy.name,
      policy.path,
      policy.description ?? null,
      policy.document,
      JSON.stringify(policy.tags),
      policy.createdAt.getTime(),
    )
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
   * Deletes a customer managed policy.
   *
   * @param arn its ARN
   */
  remove(arn: string): void {
    this.#remove.run(arn)
  }

  /**
   * Attaches a policy; attaching it twice is attaching it once.
   *
   * @param principalId the unique id of the user or role
   * @param policyArn an existing policy
   */
  attach(principalId: string, policyArn: string): void {
    this.#attach.run(principalId, policyArn)
  }

  /**
   * Detaches a policy.
   *
   * @param principalId the unique id of the user or role
   * @param policyArn the policy
   * @returns whether it was attached
   */
  detach(principalId: string, policyArn: string): boolean {
    return this.#detach.run(principalId, policyArn).changes > 0
  }

  /**
   * Lists what is attached to a user or role.
   *
   * @param principalId its unique id
   * @returns the policies by ARN
   */
  attached(principalId: string): ManagedPolicyRecord[] {
    return this.#attachments.all(principalId).flatMap((row) => this.get(String(row['policyArn'])) ?? [])
  }

  /**
   * Counts the users and roles of one account that a policy is attached to.
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
