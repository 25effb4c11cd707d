import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** One version of a managed policy. */
export interface PolicyVersionRecord {
  /** Such as `v1`. */
  readonly versionId: string
  readonly document: string
  readonly isDefault: boolean
  readonly createdAt: Date
}

/** The most versions a managed policy has at a time. */
export const maxPolicyVersions = 5

function toRecord(row: Readonly<Record<string, unknown>>): PolicyVersionRecord {
  return {
    versionId: `v${Number(row['number'])}`,
    document: String(row['document']),
    isDefault: row['number'] === row['defaultVersion'],
    createdAt: new Date(Number(row['createdAt'])),
  }
}

/** The number in `v<number>`; 0, which no version has, for anything else. */
function numberOf(versionId: string): number {
  return /^v[1-9]\d{0,14}$/.test(versionId) ? Number(versionId.slice(1)) : 0
}

const select = `SELECT v.number, v.document, v.createdAt, p.defaultVersion
  FROM policyVersions v JOIN managedPolicies p ON p.arn = v.policyArn WHERE v.policyArn = ?`

/** The versions of customer managed policies; numbers are never given again. */
export class PolicyVersions {
  readonly #count: StatementSync
  readonly #insert: StatementSync
  readonly #number: StatementSync
  readonly #setDefault: StatementSync
  readonly #all: StatementSync
  readonly #one: StatementSync
  readonly #remove: StatementSync

  /**
   * Prepares the statements.
   *
   * @param database an open database of the current schema
   */
  constructor(database: DatabaseSync) {
    this.#count = database.prepare(
      'UPDATE managedPolicies SET lastVersion = lastVersion + 1, updatedAt = ? WHERE arn = ?',
    )
    this.#insert = database.prepare(
      `INSERT INTO policyVersions (policyArn, number, document, createdAt)
       SELECT arn, lastVersion, ?, ? FROM managedPolicies WHERE arn = ?`,
    )
    this.#number = database.prepare('SELECT lastVersion FROM managedPolicies WHERE arn = ?')
    this.#setDefault = database.prepare(
      'UPDATE managedPolicies SET defaultVersion = ?, updatedAt = ? WHERE arn = ?',
    )
    this.#all = database.prepare(`${select} ORDER BY v.number DESC`)
    this.#one = database.prepare(`${select} AND v.number = ?`)
    this.#remove = database.prepare('DELETE FROM policyVersions WHERE policyArn = ? AND number = ?')
  }

  /**
   * Stores the first version of a policy that has just been added.
   *
   * @param policyArn a customer managed policy
   * @param document its JSON
   * @param now the time of its making
   */
  addFirst(policyArn: string, document: string, now: Date): void {
    this.#insert.run(document, now.getTime(), policyArn)
  }

  /**
   * Stores another version.
   *
   * @param policyArn a customer managed policy
   * @param document its JSON
   * @param now the time of its making
   * @returns its id
   */
  add(policyArn: string, document: string, now: Date): string {
    this.#count.run(now.getTime(), policyArn)
    this.#insert.run(document, now.getTime(), policyArn)
    return `v${Number(this.#number.get(policyArn)?.['lastVersion'])}`
  }

  /**
   * Makes a version the one that counts.
   *
   * @param policyArn a customer managed policy
   * @param versionId an existing version
   * @param now the time of the change
   */
  setDefault(policyArn: string, versionId: string, now: Date): void {
    this.#setDefault.run(numberOf(versionId), now.getTime(), policyArn)
  }

  /**
   * Lists the versions of a policy.
   *
   * @param policyArn a customer managed policy
   * @returns the newest first
   */
  list(policyArn: string): PolicyVersionRecord[] {
    return this.#all.all(policyArn).map(toRecord)
  }

  /**
   * Finds one version.
   *
   * @param policyArn a customer managed policy
   * @param versionId such as `v2`
   * @returns the version, or undefined
   */
  get(policyArn: string, versionId: string): PolicyVersionRecord | undefined {
    const row = this.#one.get(policyArn, numberOf(versionId))
    return row && toRecord(row)
  }

  /**
   * Deletes a version.
   *
   * @param policyArn a customer managed policy
   * @param versionId not the default one
   */
  remove(policyArn: string, versionId: string): void {
    this.#remove.run(policyArn, numberOf(versionId))
  }
}
