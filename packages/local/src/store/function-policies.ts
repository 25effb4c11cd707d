import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** One statement as Lambda writes it; user and role ARNs are stored as unique ids. Key order is Lambda's. */
export interface PolicyStatement {
  readonly Sid: string
  readonly Effect: 'Allow'
  readonly Principal: '*' | { readonly AWS: string } | { readonly Service: string }
  readonly Action: string
  readonly Resource: string
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/**
 * Writes a function policy around its statements.
 *
 * @param statements at least one
 * @returns the document's JSON, with Lambda's key order
 */
export function createFunctionPolicyDocument(statements: readonly PolicyStatement[]): string {
  return JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: statements })
}

/** A function's policy as stored. */
export interface FunctionPolicyRecord {
  /** At least one; principals as unique ids. */
  readonly statements: readonly PolicyStatement[]
  /** Changes with every statement. */
  readonly revisionId: string
}

/** The policies of functions, one for each qualifier. */
export class FunctionPolicies {
  readonly #put: StatementSync
  readonly #one: StatementSync
  readonly #remove: StatementSync

  /**
   * Prepares the statements.
   *
   * @param database an open database of the current schema
   */
  constructor(database: DatabaseSync) {
    this.#put = database.prepare(
      `INSERT INTO functionPolicies (functionArn, qualifier, statements, revisionId) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET statements = excluded.statements, revisionId = excluded.revisionId`,
    )
    this.#one = database.prepare(
      'SELECT statements, revisionId FROM functionPolicies WHERE functionArn = ? AND qualifier = ?',
    )
    this.#remove = database.prepare('DELETE FROM functionPolicies WHERE functionArn = ? AND qualifier = ?')
  }

  /**
   * Reads a policy.
   *
   * @param functionArn unqualified
   * @param qualifier an alias or version; absent for the function itself
   * @returns the policy, or undefined when it has no statement
   */
  get(functionArn: string, qualifier?: string): FunctionPolicyRecord | undefined {
    const row = this.#one.get(functionArn, qualifier ?? '')
    if (row === undefined) return undefined
    return {
      statements: JSON.parse(String(row['statements'])) as PolicyStatement[],
      revisionId: String(row['revisionId']),
    }
  }

  /**
   * Replaces a policy; one without statements is deleted.
   *
   * @param functionArn unqualified, of an existing function
   * @param qualifier an alias or version; undefined for the function itself
   * @param policy the whole of it
   */
  put(functionArn: string, qualifier: string | undefined, policy: FunctionPolicyRecord): void {
    const { statements, revisionId } = policy
    if (statements.length === 0) this.remove(functionArn, qualifier)
    else this.#put.run(functionArn, qualifier ?? '', JSON.stringify(statements), revisionId)
  }

  /**
   * Deletes a policy, when there is one.
   *
   * @param functionArn unqualified
   * @param qualifier an alias or version; undefined for the function itself
   */
  remove(functionArn: string, qualifier: string | undefined): void {
    this.#remove.run(functionArn, qualifier ?? '')
  }
}
