import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** A policy by name, as evaluation and the APIs read it. */
export interface NamedPolicy {
  /** The policy's name; the ARN for a managed one. */
  readonly name: string
  readonly document: string
}

/** Policies embedded in a user, role or group. */
export class InlinePolicies {
  readonly #put: StatementSync
  readonly #one: StatementSync
  readonly #all: StatementSync
  readonly #remove: StatementSync

  /**
   * Prepares the statements.
   *
   * @param database an open database of the current schema
   */
  constructor(database: DatabaseSync) {
    this.#put = database.prepare(
      'INSERT INTO inlinePolicies (principalId, name, document) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET document = excluded.document',
    )
    this.#one = database.prepare(
      'SELECT name, document FROM inlinePolicies WHERE principalId = ? AND name = ?',
    )
    this.#all = database.prepare(
      'SELECT name, document FROM inlinePolicies WHERE principalId = ? ORDER BY name',
    )
    this.#remove = database.prepare('DELETE FROM inlinePolicies WHERE principalId = ? AND name = ?')
  }

  /**
   * Adds or replaces a policy.
   *
   * @param principalId the unique id of its user, role or group
   * @param name the policy's name
   * @param document its JSON
   */
  put(principalId: string, name: string, document: string): void {
    this.#put.run(principalId, name, document)
  }

  /**
   * Finds a policy.
   *
   * @param principalId the unique id of its user, role or group
   * @param name the policy's name
   * @returns the policy, or undefined
   */
  get(principalId: string, name: string): NamedPolicy | undefined {
    return this.#one.get(principalId, name) as NamedPolicy | undefined
  }

  /**
   * Lists the policies of a user, role or group.
   *
   * @param principalId its unique id
   * @returns the policies by name
   */
  list(principalId: string): NamedPolicy[] {
    return this.#all.all(principalId) as unknown as NamedPolicy[]
  }

  /**
   * Deletes a policy.
   *
   * @param principalId the unique id of its user, role or group
   * @param name the policy's name
   */
  remove(principalId: string, name: string): void {
    this.#remove.run(principalId, name)
  }
}
