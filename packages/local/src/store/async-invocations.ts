import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** An asynchronous invocation that was accepted and has not ended. */
export interface AsyncInvocation {
  /** Of the call that was accepted; every attempt has it. */
  readonly requestId: string
  /** Unqualified. */
  readonly functionArn: string
  /** Version or alias as it was called; absent for `$LATEST`. */
  readonly qualifier?: string
  /** The event, JSON. */
  readonly payload: Uint8Array
  /** As the Invoke API carries it, base64. */
  readonly clientContext?: string
  readonly acceptedAt: Date
  /** Attempts in which the function failed. */
  readonly failures: number
  /** Attempts since then that were throttled or met an error of the service. */
  readonly throttles: number
  /** When the next attempt is due. */
  readonly dueAt: Date
}

/** The queue of asynchronous invocations. */
export class AsyncInvocations {
  readonly #add: StatementSync
  readonly #one: StatementSync
  readonly #postpone: StatementSync
  readonly #remove: StatementSync
  readonly #due: StatementSync

  /**
   * Prepares the statements.
   *
   * @param database an open database of the current schema
   */
  constructor(database: DatabaseSync) {
    this.#add = database.prepare(
      'INSERT INTO asyncInvocations VALUES (:requestId, :functionArn, :qualifier, :payload, :clientContext, :acceptedAt, :failures, :throttles, :dueAt)',
    )
    this.#one = database.prepare('SELECT * FROM asyncInvocations WHERE requestId = ?')
    this.#postpone = database.prepare(
      'UPDATE asyncInvocations SET failures = ?, throttles = ?, dueAt = ? WHERE requestId = ?',
    )
    this.#remove = database.prepare('DELETE FROM asyncInvocations WHERE requestId = ?')
    this.#due = database.prepare('SELECT requestId, dueAt FROM asyncInvocations ORDER BY dueAt, acceptedAt')
  }

  /**
   * Stores an invocation.
   *
   * @param invocation of an existing function
   */
  add({ acceptedAt, dueAt, qualifier, clientContext, ...rest }: WithOpenEnds): void {
    this.#add.run({
      ...rest,
      qualifier: qualifier ?? null,
      clientContext: clientContext ?? null,
      acceptedAt: acceptedAt.getTime(),
      dueAt: dueAt.getTime(),
    })
  }

  /**
   * Finds an invocation.
   *
   * @param requestId of the call that was accepted
   * @returns the invocation; undefined when it has ended, or its function is gone
   */
  get(requestId: string): AsyncInvocation | undefined {
    const row = this.#one.get(requestId) as unknown as Row | undefined
    if (row === undefined) return undefined
    const { qualifier, clientContext, acceptedAt, dueAt, ...rest } = row
    return {
      ...rest,
      ...(qualifier === null ? {} : { qualifier }),
      ...(clientContext === null ? {} : { clientContext }),
      acceptedAt: new Date(acceptedAt),
      dueAt: new Date(dueAt),
    }
  }

  /**
   * Notes a failed attempt and when the next one is due.
   *
   * @param invocation as it is from now on
   */
  postpone({
    requestId,
    failures,
    throttles,
    dueAt,
  }: Pick<AsyncInvocation, 'requestId' | 'failures' | 'throttles' | 'dueAt'>): void {
    this.#postpone.run(failures, throttles, dueAt.getTime(), requestId)
  }

  /**
   * Forgets an invocation: it has ended.
   *
   * @param requestId of the call that was accepted
   */
  remove(requestId: string): void {
    this.#remove.run(requestId)
  }

  /**
   * Lists what waits.
   *
   * @returns request ids with the time of their next attempt, the earliest first
   */
  due(): { readonly requestId: string; readonly dueAt: Date }[] {
    return this.#due.all().map(({ requestId, dueAt }) => {
      return { requestId: String(requestId), dueAt: new Date(Number(dueAt)) }
    })
  }
}

type WithOpenEnds = Omit<AsyncInvocation, 'qualifier' | 'clientContext'> & {
  readonly qualifier?: string | undefined
  readonly clientContext?: string | undefined
}

interface Row {
  readonly requestId: string
  readonly functionArn: string
  readonly qualifier: string | null
  readonly payload: Uint8Array
  readonly clientContext: string | null
  readonly acceptedAt: number
  readonly failures: number
  readonly throttles: number
  readonly dueAt: number
}
