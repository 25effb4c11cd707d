import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'

/** An alias as stored. */
export interface AliasRecord {
  /** Unqualified. */
  readonly functionArn: string
  readonly name: string
  /** `$LATEST` or the number of a version. */
  readonly functionVersion: string
  readonly description: string
  /** Version number → its share of the calls, 0 to 1; at most one, the rest goes to `functionVersion`. */
  readonly additionalVersionWeights: Readonly<Record<string, number>>
  readonly revisionId: string
}

function toRecord(row: unknown): AliasRecord | undefined {
  if (row === undefined) return undefined
  const { additionalVersionWeights, ...rest } = row as AliasRecord & { additionalVersionWeights: string }
  return {
    ...rest,
    additionalVersionWeights: JSON.parse(additionalVersionWeights) as Record<string, number>,
  }
}

function toRow(alias: AliasRecord): Record<keyof AliasRecord, SQLInputValue> {
  return { ...alias, additionalVersionWeights: JSON.stringify(alias.additionalVersionWeights) }
}

/** Aliases of functions. */
export class Aliases {
  readonly #insert: StatementSync
  readonly #replace: StatementSync
  readonly #one: StatementSync
  readonly #ofFunction: StatementSync
  readonly #remove: StatementSync

  /**
   * Prepares the statements.
   *
   * @param database an open database of the current schema
   */
  constructor(database: DatabaseSync) {
    const columns = 'functionArn, name, functionVersion, description, additionalVersionWeights, revisionId'
    const values =
      ':functionArn, :name, :functionVersion, :description, :additionalVersionWeights, :revisionId'
    this.#insert = database.prepare(`INSERT INTO aliases (${columns}) VALUES (${values})`)
    this.#replace = database.prepare(
      `UPDATE aliases SET (${columns}) = (${values}) WHERE functionArn = :functionArn AND name = :name`,
    )
    this.#one = database.prepare('SELECT * FROM aliases WHERE functionArn = ? AND name = ?')
    this.#ofFunction = database.prepare(
      'SELECT * FROM aliases WHERE functionArn = ? ORDER BY name COLLATE NOCASE, name',
    )
    this.#remove = database.prepare('DELETE FROM aliases WHERE functionArn = ? AND name = ?')
  }

  /**
   * Stores a new alias.
   *
   * @param alias of an existing function, with a free name
   */
  add(alias: AliasRecord): void {
    this.#insert.run(toRow(alias))
  }

  /**
   * Replaces an alias's record.
   *
   * @param alias the whole of it, with a name that exists
   */
  replace(alias: AliasRecord): void {
    this.#replace.run(toRow(alias))
  }

  /**
   * Finds an alias.
   *
   * @param functionArn unqualified
   * @param name the alias's name
   * @returns the alias, or undefined
   */
  get(functionArn: string, name: string): AliasRecord | undefined {
    return toRecord(this.#one.get(functionArn, name))
  }

  /**
   * Lists the aliases of a function.
   *
   * @param functionArn unqualified
   * @returns the aliases by name
   */
  list(functionArn: string): AliasRecord[] {
    return this.#ofFunction.all(functionArn).flatMap((row) => toRecord(row) ?? [])
  }

  /**
   * Deletes an alias.
   *
   * @param functionArn unqualified
   * @param name the alias's name
   */
  remove(functionArn: string, name: string): void {
    this.#remove.run(functionArn, name)
  }
}
