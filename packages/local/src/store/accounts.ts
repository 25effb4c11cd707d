import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** The accounts of this side. */
export class Accounts {
  readonly #insert: StatementSync
  readonly #all: StatementSync
  readonly #one: StatementSync

  /**
   * Prepares the statements.
   *
   * @param database an open database of the current schema
   */
  constructor(database: DatabaseSync) {
    this.#insert = database.prepare('INSERT OR IGNORE INTO accounts (accountId, createdAt) VALUES (?, ?)')
    this.#all = database.prepare('SELECT accountId FROM accounts ORDER BY accountId')
    this.#one = database.prepare('SELECT 1 FROM accounts WHERE accountId = ?')
  }

  /**
   * Adds an account, or leaves it as it is.
   *
   * @param accountId 12 digits
   * @param now the time of its making
   */
  add(accountId: string, now: Date): void {
    this.#insert.run(accountId, now.getTime())
  }

  /**
   * Says whether an account is on this side.
   *
   * @param accountId 12 digits
   * @returns whether it is
   */
  has(accountId: string): boolean {
    return this.#one.get(accountId) !== undefined
  }

  /**
   * Lists the accounts.
   *
   * @returns their ids, ascending
   */
  list(): string[] {
    return this.#all.all().map((row) => String(row['accountId']))
  }
}
