import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** What a session is of: a role (AssumeRole), a user (GetSessionToken) or nobody's own (GetFederationToken). */
export type SessionKind = 'role' | 'user' | 'federated-user'

/** Temporary credentials. */
export interface SessionRecord {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly kind: SessionKind
  /** The role, or the user who asked: `AROA…` or `AIDA…`. */
  readonly principalId: string
  /** The principal's account. */
  readonly accountId: string
  /** What the caller's ARN ends in; empty for a user's session. */
  readonly sessionName: string
  readonly issuedAt: Date
  readonly expiresAt: Date
  /** Session policy documents; together they limit the session, an Allow in any of them counts. */
  readonly policies: readonly string[]
  /** Session tags, those inherited from the session before included. */
  readonly tags: Readonly<Record<string, string>>
  /** The keys of `tags` that the sessions of roles assumed with this one inherit. */
  readonly transitiveTagKeys: readonly string[]
  readonly sourceIdentity?: string
}

/** What is stored of a new session; the principal gives the rest. */
export type NewSession = Omit<SessionRecord, 'accountId' | 'transitiveTagKeys'> &
  Partial<Pick<SessionRecord, 'transitiveTagKeys'>>

interface SessionRow {
  accessKeyId: string
  secretAccessKey: string
  sessionToken: string
  kind: SessionKind
  principalId: string
  accountId: string
  sessionName: string
  issuedAt: number
  expiresAt: number
  policies: string
  tags: string
  transitiveTagKeys: string
  sourceIdentity: string | null
}

function toRecord(row: SessionRow): SessionRecord {
  const { issuedAt, expiresAt, policies, tags, transitiveTagKeys, sourceIdentity, ...rest } = row
  return {
    ...rest,
    issuedAt: new Date(issuedAt),
    expiresAt: new Date(expiresAt),
    policies: JSON.parse(policies) as string[],
    tags: JSON.parse(tags) as Record<string, string>,
    transitiveTagKeys: JSON.parse(transitiveTagKeys) as string[],
    ...(sourceIdentity === null ? {} : { sourceIdentity }),
  }
}

/** An expired session is kept for a day, so that its use is answered with "expired" and not with "unknown". */
const keptAfterExpiryMs = 24 * 60 * 60 * 1000

/** Temporary credentials, each of one role or user; they die with it. */
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
      `INSERT INTO sessions (accessKeyId, secretAccessKey, sessionToken, kind, principalId, sessionName, issuedAt, expiresAt,
       policies, tags, transitiveTagKeys, sourceIdentity)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#one = database.prepare(
      `SELECT s.accessKeyId, s.secretAccessKey, s.sessionToken, s.kind, s.principalId, p.accountId, s.sessionName, s.issuedAt,
       s.expiresAt, s.policies, s.tags, s.transitiveTagKeys, s.sourceIdentity
       FROM sessions s JOIN principals p ON p.id = s.principalId WHERE s.accessKeyId = ?`,
    )
    this.#purge = database.prepare('DELETE FROM sessions WHERE expiresAt < ?')
  }

  /**
   * Stores a new session and forgets those that expired more than a day ago.
   *
   * @param session the session; its role or user must exist
   */
  add(session: NewSession): void {
    this.#purge.run(session.issuedAt.getTime() - keptAfterExpiryMs)
    this.#insert.run(
      session.accessKeyId,
      session.secretAccessKey,
      session.sessionToken,
      session.kind,
      session.principalId,
      session.sessionName,
      session.issuedAt.getTime(),
      session.expiresAt.getTime(),
      JSON.stringify(session.policies),
      JSON.stringify(session.tags),
      JSON.stringify(session.transitiveTagKeys ?? []),
      session.sourceIdentity ?? null,
    )
  }

  /**
   * Finds a session, expired or not.
   *
   * @param accessKeyId `ASIA…`
   * @returns the session, or undefined when it never was, its principal is gone, or it expired more than a day ago
   */
  get(accessKeyId: string): SessionRecord | undefined {
    const row = this.#one.get(accessKeyId) as SessionRow | undefined
    return row && toRecord(row)
  }
}
