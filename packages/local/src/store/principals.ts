import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'

/** The kinds of what has policies: who can call, and groups, which lend theirs to users. */
export type PrincipalType = 'user' | 'role' | 'group'

/** A user, role or group as stored. */
export interface PrincipalRecord {
  /** The unique id, `AIDA…`, `AROA…` or `AGPA…`. */
  readonly id: string
  readonly type: PrincipalType
  readonly accountId: string
  readonly name: string
  /** Begins and ends with `/`. */
  readonly path: string
  readonly arn: string
  readonly description?: string
  /** Roles only: the trust policy as stored, with unique ids in place of user and role ARNs. */
  readonly trustPolicy?: string
  /** Roles only: the longest session AssumeRole may ask for. */
  readonly maxSessionSeconds?: number
  /** The ARN of the managed policy that is the permissions boundary. */
  readonly boundaryArn?: string
  readonly tags: Readonly<Record<string, string>>
  readonly createdAt: Date
}

/** What may be changed after creation; `undefined` clears the value. */
export interface PrincipalChange {
  readonly trustPolicy?: string
  readonly boundaryArn?: string | undefined
  readonly description?: string | undefined
  readonly maxSessionSeconds?: number
  readonly tags?: Readonly<Record<string, string>>
}

interface PrincipalRow {
  id: string
  type: PrincipalType
  accountId: string
  name: string
  path: string
  arn: string
  description: string | null
  trustPolicy: string | null
  maxSessionSeconds: number | null
  boundaryArn: string | null
  tags: string
  createdAt: number
}

function toRecord(row: unknown): PrincipalRecord | undefined {
  if (row === undefined) return undefined
  const { description, trustPolicy, maxSessionSeconds, boundaryArn, tags, createdAt, ...rest } =
    row as PrincipalRow
  return {
    ...rest,
    ...(description === null ? {} : { description }),
    ...(trustPolicy === null ? {} : { trustPolicy }),
    ...(maxSessionSeconds === null ? {} : { maxSessionSeconds }),
    ...(boundaryArn === null ? {} : { boundaryArn }),
    tags: JSON.parse(tags) as Record<string, string>,
    createdAt: new Date(createdAt),
  }
}

/** Users, roles and groups. */
export class Principals {
  readonly #insert: StatementSync
  readonly #update: StatementSync
  readonly #byId: StatementSync
  readonly #byArn: StatementSync
  readonly #byName: StatementSync
  readonly #taken: StatementSync
  readonly #list: StatementSync
  readonly #remove: StatementSync

  /**
   * Prepares the statements.
   *
   * @param database an open database of the current schema
   */
  constructor(database: DatabaseSync) {
    this.#insert = database.prepare(
      `INSERT INTO principals (id, type, accountId, name, path, arn, description, trustPolicy, maxSessionSeconds, boundaryArn, tags, createdAt)
       VALUES (:id, :type, :accountId, :name, :path, :arn, :description, :trustPolicy, :maxSessionSeconds, :boundaryArn, :tags, :createdAt)`,
    )
    this.#update = database.prepare(
      `UPDATE principals SET description = :description, trustPolicy = :trustPolicy, maxSessionSeconds = :maxSessionSeconds,
       boundaryArn = :boundaryArn, tags = :tags WHERE id = :id`,
    )
    this.#byId = database.prepare('SELECT * FROM principals WHERE id = ?')
    this.#byArn = database.prepare('SELECT * FROM principals WHERE arn = ?')
    this.#byName = database.prepare(
      'SELECT * FROM principals WHERE accountId = ? AND type = ? AND name = ? COLLATE BINARY',
    )
    this.#taken = database.prepare('SELECT 1 FROM principals WHERE accountId = ? AND type = ? AND name = ?')
    this.#list = database.prepare('SELECT * FROM principals WHERE accountId = ? AND type = ? ORDER BY name')
    this.#remove = database.prepare('DELETE FROM principals WHERE id = ?')
  }

  /**
   * Stores a new user, role or group.
   *
   * @param record the whole of it; its name must be free, whatever its case ({@link Principals.isTaken})
   */
  add(record: PrincipalRecord): void {
    this.#insert.run({
      id: record.id,
      type: record.type,
      accountId: record.accountId,
      name: record.name,
      path: record.path,
      arn: record.arn,
      createdAt: record.createdAt.getTime(),
      ...changeable(record),
    })
  }

  /**
   * Finds a principal by its unique id.
   *
   * @param id `AIDA…`, `AROA…` or `AGPA…`
   * @returns the record, or undefined when it does not exist (any more)
   */
  byId(id: string): PrincipalRecord | undefined {
    return toRecord(this.#byId.get(id))
  }

  /**
   * Finds a principal by its ARN.
   *
   * @param arn of a user, role or group, with its path
   * @returns the record, or undefined
   */
  byArn(arn: string): PrincipalRecord | undefined {
    return toRecord(this.#byArn.get(arn))
  }

  /**
   * Finds a principal by its name.
   *
   * @param accountId 12 digits
   * @param type user, role or group
   * @param name the friendly name, case-sensitive
   * @returns the record, or undefined
   */
  byName(accountId: string, type: PrincipalType, name: string): PrincipalRecord | undefined {
    return toRecord(this.#byName.get(accountId, type, name))
  }

  /**
   * Says whether a name is taken: names that differ only in case are one name to IAM.
   *
   * @param accountId 12 digits
   * @param type user, role or group
   * @param name the friendly name
   * @returns whether it is
   */
  isTaken(accountId: string, type: PrincipalType, name: string): boolean {
    return this.#taken.get(accountId, type, name) !== undefined
  }

  /**
   * Lists the users, the roles or the groups of an account.
   *
   * @param accountId 12 digits
   * @param type user, role or group
   * @returns the records by name
   */
  list(accountId: string, type: PrincipalType): PrincipalRecord[] {
    return this.#list.all(accountId, type).flatMap((row) => toRecord(row) ?? [])
  }

  /**
   * Changes some members of a principal.
   *
   * @param record the principal as it is
   * @param change the members to change
   */
  update(record: PrincipalRecord, change: PrincipalChange): void {
    this.#update.run({ id: record.id, ...changeable({ ...record, ...change }) })
  }

  /**
   * Deletes a principal with its inline policies, attachments, memberships, keys and sessions.
   *
   * @param id its unique id
   */
  remove(id: string): void {
    this.#remove.run(id)
  }
}

function changeable(record: PrincipalChange): Record<string, SQLInputValue> {
  return {
    description: record.description ?? null,
    trustPolicy: record.trustPolicy ?? null,
    maxSessionSeconds: record.maxSessionSeconds ?? null,
    boundaryArn: record.boundaryArn ?? null,
    tags: JSON.stringify(record.tags ?? {}),
  }
}
