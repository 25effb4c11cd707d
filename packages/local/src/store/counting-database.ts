import { DatabaseSync, type StatementSync } from 'node:sqlite'

/**
 * A database that counts the calls which may have changed it, so that whoever remembers an answer knows without a query
 * whether it still holds.
 */
export class CountingDatabase extends DatabaseSync {
  #changes = 0

  /** A number that is another one after every change; it may be one after a call that changed nothing, too. */
  get changes(): number {
    return this.#changes
  }

  override exec(sql: string): void {
    this.#changes += 1
    super.exec(sql)
  }

  override prepare(sql: string): StatementSync {
    const statement = super.prepare(sql)
    if (/^\s*SELECT\b/i.test(sql)) return statement
    const count = <T extends unknown[], R>(call: (...values: T) => R): ((...values: T) => R) => {
      return (...values) => {
        this.#changes += 1
        return call(...values)
      }
    }
    return Object.assign(statement, {
      run: count(statement.run.bind(statement)),
      get: count(statement.get.bind(statement)),
      all: count(statement.all.bind(statement)),
    })
  }
}
