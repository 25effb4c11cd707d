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
      'INSERT INTO functionPolicies (functionArn, qualifier, statements) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET statements = excluded.statements',
    )
    this.#one = database.prepare(
      'SELECT statements FROM functionPolicies WHERE functionArn = ? AND qualifier = ?',
    )
    this.#remove = database.prepare('DELETE FROM functionPolicies WHERE functionArn = ? AND qualifier = ?')
  }

  /**
   * Reads the statements of a policy.
   *
   * @param functionArn unqualified
   * @param qualifier an alias or version; absent for the function itself
   * @returns the statements as stored, none when there is no policy
   */
  statements(functionArn: string, qualifier?: string): PolicyStatement[] {
    const row = this.#one.get(functionArn, qualifier ?? '')
    return row === undefined ? [] : (JSON.parse(String(row['statements'])) as PolicyStatement[])
  }

  /**
   * Replaces the statements of a policy; none deletes it.
   *
   * @param functionArn unqualified, of an existing function
   * @param qualifier an alias or version; undefined for the function itself
   * @param statements all of them, principals as unique ids
   */
  put(functionArn: string, qualifier: string | undefined, statements: readonly PolicyStatement[]): void {
    if (statements.length === 0) this.#remove.run(functionArn, qualifier ?? '')
    else this.#put.run(functionArn, qualifier ?? '', JSON.stringify(statements))
  }
}
