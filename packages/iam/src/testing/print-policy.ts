import type { Policy } from '../policy.ts'
import { writeStatement } from '../write-statement.ts'

/**
 * Writes a policy as a document, to see that `parsePolicy()` loses nothing.
 *
 * @param policy a policy in normal form
 * @returns the document as JSON, without blanks
 */
export function printPolicy({ version, id, statements }: Policy): string {
  return JSON.stringify({ Version: version, Id: id, Statement: statements.map(writeStatement) })
}
