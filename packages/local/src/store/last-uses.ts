import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** When, and with which service, an access key or a role was last used. */
export interface LastUse {
  readonly usedAt: Date
  /** As credential scopes name it, such as `lambda`. */
  readonly service: string
  readonly region: string
}

/**
 * The last uses of access keys and roles.
 *
 * They are kept in memory and written when the store closes: a write for each request would cost more than the request,
 * and AWS's own numbers lag behind, too.
 */
export class LastUses {
  readonly #noted = new Map<string, LastUse>()
  readonly #put: StatementSync
  readonly #one: StatementSync

  /**
   * Prepares the statements.
   *
   * @param database an open database of the current schema
   */
  constructor(database: DatabaseSync) {
    this.#put = database.prepare(
      'INSERT OR REPLACE INTO lastUses (id, usedAt, service, region) VALUES (?, ?, ?, ?)',
    )
    this.#one = database.prepare('SELECT usedAt, service, region FROM lastUses WHERE id = ?')
  }

  /**
   * Notes a use.
   *
   * @param id of the access key (`AKIA…`) or of the role (`AROA…`)
   * @param use the latest
   */
  note(id: string, use: LastUse): void {
    this.#noted.set(id, use)
  }

  /**
   * Finds the last use.
   *
   * @param id of the access key or role
   * @returns undefined when it was never used
   */
  get(id: string): LastUse | undefined {
    const noted = this.#noted.get(id)
    if (noted !== undefined) return noted
    const row = this.#one.get(id)
    return (
      row && {
        usedAt: new Date(Number(row['usedAt'])),
        service: String(row['service']),
        region: String(row['region']),
      }
    )
  }

  /** Writes what was noted. */
  flush(): void {
    for (const [id, { usedAt, service, region }] of this.#noted) {
      this.#put.run(id, usedAt.getTime(), service, region)
    }
    this.#noted.clear()
  }
}
