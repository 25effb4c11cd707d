import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'

import {
  type StoredVersion,
  toVersion,
  toVersionRow,
  versionColumns,
  type VersionRecord,
} from './version-record.ts'

/** A version that was published: it never changes. */
export interface PublishedVersion extends VersionRecord {
  /** The description that `$LATEST` had; the version's own may be another. */
  readonly latestDescription: string
}

type StoredPublished = Omit<StoredVersion, 'version' | 'status'> & {
  readonly version: number
  readonly latestDescription: string
}

const columns = ['functionArn', 'version', 'latestDescription', ...versionColumns] as const

function toRecord(row: unknown): PublishedVersion | undefined {
  if (row === undefined) return undefined
  const { version, ...stored } = row as StoredPublished
  return toVersion({ ...stored, version: String(version), status: 'Active' })
}

function toRow(record: PublishedVersion): Record<(typeof columns)[number], SQLInputValue> {
  return {
    ...toVersionRow(record),
    functionArn: record.arn,
    version: Number(record.version),
    latestDescription: record.latestDescription,
  }
}

/** Published versions of functions. */
export class FunctionVersions {
  readonly #insert: StatementSync
  readonly #one: StatementSync
  readonly #ofFunction: StatementSync
  readonly #remove: StatementSync

  /**
   * Prepares the statements.
   *
   * @param database an open database of the current schema
   */
  constructor(database: DatabaseSync) {
    const parameters = columns.map((column) => `:${column}`).join(', ')
    this.#insert = database.prepare(
      `INSERT INTO functionVersions (${columns.join(', ')}) VALUES (${parameters})`,
    )
    const selected = [
      ...['arn', 'accountId', 'region', 'name'].map((column) => `functions.${column}`),
      ...['version', 'latestDescription', ...versionColumns].map((column) => `functionVersions.${column}`),
    ]
    const select = `SELECT ${selected.join(', ')} FROM functionVersions JOIN functions ON arn = functionArn`
    this.#one = database.prepare(`${select} WHERE functionArn = ? AND version = ?`)
    this.#ofFunction = database.prepare(`${select} WHERE functionArn = ? ORDER BY version`)
    this.#remove = database.prepare('DELETE FROM functionVersions WHERE functionArn = ? AND version = ?')
  }

  /**
   * Stores a new version.
   *
   * @param record of an existing function, with a number that was never given
   */
  add(record: PublishedVersion): void {
    this.#insert.run(toRow(record))
  }

  /**
   * Finds a version.
   *
   * @param functionArn unqualified
   * @param version its number
   * @returns the version, or undefined
   */
  get(functionArn: string, version: string): PublishedVersion | undefined {
    return /^[1-9]\d{0,14}$/.test(version) ? toRecord(this.#one.get(functionArn, Number(version))) : undefined
  }

  /**
   * Lists the versions of a function.
   *
   * @param functionArn unqualified
   * @returns the versions by number, without `$LATEST`
   */
  list(functionArn: string): PublishedVersion[] {
    return this.#ofFunction.all(functionArn).flatMap((row) => toRecord(row) ?? [])
  }

  /**
   * Deletes a version.
   *
   * @param functionArn unqualified
   * @param version its number
   */
  remove(functionArn: string, version: string): void {
    this.#remove.run(functionArn, Number(version))
  }
}
