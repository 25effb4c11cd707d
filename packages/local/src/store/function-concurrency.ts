import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** The reserved concurrency of functions: for a function as a whole, whichever version or alias is called. */
export class FunctionConcurrency {
  readonly #put: StatementSync
  readonly #remove: StatementSync
  readonly #all: StatementSync

  /**
   * Prepares the statements.
   *
   * @param database an open database of the current schema
   */
  constructor(database: DatabaseSync) {
    this.#put = database.prepare(
      'INSERT INTO functionConcurrency (functionArn, reserved) VALUES (?, ?) ON CONFLICT DO UPDATE SET reserved = excluded.reserved',
    )
    this.#remove = database.prepare('DELETE FROM functionConcurrency WHERE functionArn = ?')
    this.#all = database.prepare('SELECT functionArn, reserved FROM functionConcurrency')
  }

  /**
   * Reserves concurrency for a function.
   *
   * @param functionArn unqualified, of an existing function
   * @param reserved simultaneous executions, 0 or more; 0 switches the function off
   */
  put(functionArn: string, reserved: number): void {
    this.#put.run(functionArn, reserved)
  }

  /**
   * Takes a reservation back; none is no error.
   *
   * @param functionArn unqualified
   */
  remove(functionArn: string): void {
    this.#remove.run(functionArn)
  }

  /**
   * Lists every reservation.
   *
   * @returns simultaneous executions by unqualified ARN
   */
  all(): Map<string, number> {
    return new Map(this.#all.all().map((row) => [String(row['functionArn']), Number(row['reserved'])]))
  }
}
