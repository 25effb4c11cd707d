import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** A long-lived access key of a user. */
export interface AccessKeyRecord {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly active: boolean
  /** The unique id of its user. */
  readonly principalId: string
  readonly accountId: string
  readonly createdAt: Date
}

interface AccessKeyRow {
  accessKeyId: string
  secretAccessKey: string
  active: number
  principalId: string
  accountId: string
  createdAt: number
}

function toRecord(row: unknown): AccessKeyRecord | undefined {
  if (row === undefined) return undefined
  const key = row as AccessKeyRow
  return { ...key, active: key.active === 1, createdAt: new Date(key.createdAt) }
}

const select =
  'SELECT k.accessKeyId, k.secretAccessKey, k.active, k.principalId, p.accountId, k.createdAt FROM accessKeys k JOIN principals p ON p.id = k.principalId'

/** Access keys of users. */
export class AccessKeys {
  readonly #insert: StatementSync
  readonly #one: StatementSync
  readonly #ofPrincipal: StatementSync
  readonly #setActive: StatementSync
  readonly #remove: StatementSync

  /**
   * Prepares the statements.
   *
   * @param database an open database of the current schema
   */
  constructor(database: DatabaseSync) {
    this.#insert = database.prepare(
      'INSERT INTO accessKeys (accessKeyId, secretAccessKey, principalId, active, createdAt) VALUES (?, ?, ?, 1, ?)',
    )
    this.#one = database.prepare(`${select} WHERE k.accessKeyId = ?`)
    this.#ofPrincipal = database.prepare(
      `${select} WHERE k.principalId = ? ORDER BY k.createdAt, k.accessKeyId`,
    )
    this.#setActive = database.prepare('UPDATE accessKeys SET active = ? WHERE accessKeyId = ?')
    this.#remove = database.prepare('DELETE FROM accessKeys WHERE accessKeyId = ?')
  }

  /**
   * Stores a new, active key.
   *
   * @param key the key and its owner
   */
  add(key: Pick<AccessKeyRecord, 'accessKeyId' | 'secretAccessKey' | 'principalId' | 'createdAt'>): void {
    this.#insert.run(key.accessKeyId, key.secretAccessKey, key.principalId, key.createdAt.getTime())
  }

  /**
   * Finds a key.
   *
   * @param accessKeyId `AKIA…`
   * @returns the key, or undefined
   */
  get(accessKeyId: string): AccessKeyRecord | undefined {
    return toRecord(this.#one.get(accessKeyId))
  }

  /**
   * Lists the keys of a user, oldest first.
   *
   * @param principalId the user's unique id
   * @returns the keys
   */
  list(principalId: string): AccessKeyRecord[] {
    return this.#ofPrincipal.all(principalId).flatMap((row) => toRecord(row) ?? [])
  }

  /**
   * Switches a key on or off.
   *
   * @param accessKeyId `AKIA…`
   * @param active whether it may be used
   */
  setActive(accessKeyId: string, active: boolean): void {
    this.#setActive.run(active ? 1 : 0, accessKeyId)
  }

  /**
   * Deletes a key.
   *
   * @param accessKeyId `AKIA…`
   */
  remove(accessKeyId: string): void {
    this.#remove.run(accessKeyId)
  }
}
