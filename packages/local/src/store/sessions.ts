import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** Temporary credentials of a role. */
export interface SessionRecord {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly roleId: string
  readonly roleArn: string
  readonly roleName: string
  readonly accountId: string
  readonly sessionName: string
  readonly issuedAt: Date
  readonly expiresAt: Date
  /** Session policy documents; together they limit the session, an Allow in any of them counts. */
  readonly policies: readonly string[]
  /** Session tags. */
  readonly tags: Readonly<Record<string, string>>
}

/** What is stored of a new session; the role gives the rest. */
export type NewSession = Omit<SessionRecord, 'roleArn' | 'roleName' | 'accountId'>

interface SessionRow {
  accessKeyId: string
  secretAccessKey: string
  sessionToken: string
  roleId: string
  roleArn: string
  roleName: string
  accountId: string
  sessionName: string
  issuedAt: number
  expiresAt: number
  policies: string
  tags: string
}

/** An expired session is kept for a day, so that its use is answered with "expired" and not with "unknown". */
const keptAfterExpiryMs = 24 * 60 * 60 * 1000

/** Temporary credentials, each of one role; they die with the role. */
export class Sessions {
  readonly #insert: StatementSync
  readonly #one: StatementSync
  readonly #purge: StatementSync

  /**
   * Prepares the statements.
   *
   * @param database an open database of the current schema
   */
  constructor(database: DatabaseSync) {
    this.#insert = database.prepare(
      `INSERT INTO sessions (accessKeyId, secretAccessKey, sessionToken, roleId, sessionName, issuedAt, expiresAt, policies, tags)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#one = database.prepare(
      `SELECT s.accessKeyId, s.secretAccessKey, s.sessionToken, s.roleId, p.arn AS roleArn, p.name AS roleName, p.accountId,
       s.sessionName, s.issuedAt, s.expiresAt, s.policies, s.tags
       FROM sessions s JOIN principals p ON p.id = s.roleId WHERE s.accessKeyId = ?`,
    )
    this.#purge = database.prepare('DELETE FROM sessions WHERE expiresAt < ?')
  }

  /**
   * Stores a new session and forgets those that expired more than a day ago.
   *
   * @param session the session; its role must exist
   */
  add(session: NewSession): void {
    this.#purge.run(session.issuedAt.getTime() - keptAfterExpiryMs)
    this.#insert.run(
      session.accessKeyId,
      session.secretAccessKey,
      session.sessionToken,
      session.roleId,
      session.sessionName,
      session.issuedAt.getTime(),
      session.expiresAt.getTime(),
      JSON.stringify(session.policies),
      JSON.stringify(session.tags),
    )
  }

  /**
   * Finds a session, expired or not.
   *
   * @param accessKeyId `ASIA…`
   * @returns the session, or undefined when it never was, its role is gone, or it expired more than a day ago
   */
  get(accessKeyId: string): SessionRecord | undefined {
    const row = this.#one.get(accessKeyId) as SessionRow | undefined
    if (row === undefined) return undefined
    return {
      ...row,
      issuedAt: new Date(row.issuedAt),
      expiresAt: new Date(row.expiresAt),
      policies: JSON.parse(row.policies) as string[],
      tags: JSON.parse(row.tags) as Record<string, string>,
    }
  }
}
