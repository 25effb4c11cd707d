import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'

import {
  type StoredVersion,
  toVersion,
  toVersionRow,
  versionColumns,
  type VersionRecord,
} from './version-record.ts'

/** A function as stored: its `$LATEST`, and what belongs to no version. */
export interface FunctionRecord extends VersionRecord {
  readonly version: '$LATEST'
  /** The number of the version that was published last, 0 when none was; never given again. */
  readonly lastVersion: number
  readonly tags: Readonly<Record<string, string>>
  readonly createdAt: Date
}

type StoredFunction = StoredVersion &
  Pick<FunctionRecord, 'lastVersion'> & { readonly tags: string; readonly createdAt: number }

const columns = [
  'arn',
  'accountId',
  'region',
  'name',
  ...versionColumns,
  'status',
  'lastVersion',
  'tags',
  'createdAt',
] as const satisfies readonly (keyof FunctionRecord)[]

function toRecord(row: unknown): FunctionRecord | undefined {
  if (row === undefined) return undefined
  const { tags, createdAt, ...stored } = row as StoredFunction
  return {
    ...toVersion(stored),
    version: '$LATEST',
    tags: JSON.parse(tags) as Record<string, string>,
    createdAt: new Date(createdAt),
  }
}

function toRow(record: FunctionRecord): Record<(typeof columns)[number], SQLInputValue> {
  const { arn, accountId, region, name, status, lastVersion } = record
  return {
    ...toVersionRow(record),
    arn,
    accountId,
    region,
    name,
    status,
    lastVersion,
    tags: JSON.stringify(record.tags),
    createdAt: record.createdAt.getTime(),
  }
}

/** Functions. */
export class Functions {
  readonly #insert: StatementSync
  readonly #replace: StatementSync
  readonly #one: StatementSync
  readonly #list: StatementSync
  readonly #all: StatementSync
  readonly #codeHashes: StatementSync
  readonly #remove: StatementSync

  /**
   * Prepares the statements, and forgets the changes that an ended process began: nobody was told that they were made.
   *
   * @param database an open database of the current schema
   */
  constructor(database: DatabaseSync) {
    const parameters = columns.map((column) => `:${column}`).join(', ')
    this.#insert = database.prepare(`INSERT INTO functions (${columns.join(', ')}) VALUES (${parameters})`)
    this.#replace = database.prepare(
      `UPDATE functions SET (${columns.join(', ')}) = (${parameters}) WHERE arn = :arn`,
    )
    this.#one = database.prepare('SELECT * FROM functions WHERE arn = ?')
    this.#list = database.prepare(
      'SELECT * FROM functions WHERE accountId = ? AND region = ? ORDER BY name COLLATE NOCASE, name',
    )
    this.#all = database.prepare('SELECT * FROM functions ORDER BY name COLLATE NOCASE, accountId, region')
    this.#codeHashes = database.prepare(
      'SELECT codeSha256 FROM functions UNION SELECT codeSha256 FROM functionVersions',
    )
    this.#remove = database.prepare('DELETE FROM functions WHERE arn = ?')
    database.exec(
      "DELETE FROM functions WHERE status = 'Pending'; UPDATE functions SET status = 'Active' WHERE status <> 'Active'",
    )
  }

  /**
   * Stores a new function.
   *
   * @param record the whole of it; its ARN must be free
   */
  add(record: FunctionRecord): void {
    this.#insert.run(toRow(record))
  }

  /**
   * Replaces a function's record.
   *
   * @param record the whole of it, with an ARN that exists
   */
  replace(record: FunctionRecord): void {
    this.#replace.run(toRow(record))
  }

  /**
   * Finds a function.
   *
   * @param arn unqualified
   * @returns the function, or undefined
   */
  get(arn: string): FunctionRecord | undefined {
    return toRecord(this.#one.get(arn))
  }

  /**
   * Lists the functions of an account in a region.
   *
   * @param accountId 12 digits
   * @param region such as `us-east-1`
   * @returns the functions by name
   */
  list(accountId: string, region: string): FunctionRecord[] {
    return this.#list.all(accountId, region).flatMap((row) => toRecord(row) ?? [])
  }

  /** @returns every function of the side, by name */
  all(): FunctionRecord[] {
    return this.#all.all().flatMap((row) => toRecord(row) ?? [])
  }

  /**
   * Lists the code that functions and their versions use.
   *
   * @returns the hashes of their packages, base64
   */
  codeHashes(): string[] {
    return this.#codeHashes.all().map((row) => String(row['codeSha256']))
  }

  /**
   * Deletes a function with its versions, aliases, URLs and policies.
   *
   * @param arn unqualified
   */
  remove(arn: string): void {
    this.#remove.run(arn)
  }
}
