import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'

/** Who may call a URL: signed callers that policies allow, or callers that the function's policy allows. */
export type FunctionUrlAuthType = 'AWS_IAM' | 'NONE'

/** How a result is answered. */
export type InvokeMode = 'BUFFERED' | 'RESPONSE_STREAM'

/** A URL's CORS configuration, with AWS's member names. */
export interface Cors {
  readonly AllowCredentials?: boolean
  readonly AllowHeaders?: readonly string[]
  readonly AllowMethods?: readonly string[]
  readonly AllowOrigins?: readonly string[]
  readonly ExposeHeaders?: readonly string[]
  /** In seconds. */
  readonly MaxAge?: number
}

/** A function URL as stored. */
export interface FunctionUrlRow {
  /** 32 lower-case alphanumerics. */
  readonly urlId: string
  /** Unqualified. */
  readonly functionArn: string
  /** The alias; absent for `$LATEST`. */
  readonly qualifier?: string
  /** The TCP port of 127.0.0.1 that answers for it; absent before the first opening. */
  readonly port?: number
  readonly authType: FunctionUrlAuthType
  readonly cors?: Cors
  /** Absent when never given, which means `BUFFERED`. */
  readonly invokeMode?: InvokeMode
  readonly createdAt: Date
  readonly modifiedAt: Date
}

interface StoredRow {
  urlId: string
  functionArn: string
  qualifier: string
  port: number | null
  authType: FunctionUrlAuthType
  cors: string | null
  invokeMode: InvokeMode | null
  createdAt: number
  modifiedAt: number
}

function toRecord(row: unknown): FunctionUrlRow | undefined {
  if (row === undefined) return undefined
  const { qualifier, port, cors, invokeMode, createdAt, modifiedAt, ...rest } = row as StoredRow
  return {
    ...rest,
    ...(qualifier === '' ? {} : { qualifier }),
    ...(port === null ? {} : { port }),
    ...(cors === null ? {} : { cors: JSON.parse(cors) as Cors }),
    ...(invokeMode === null ? {} : { invokeMode }),
    createdAt: new Date(createdAt),
    modifiedAt: new Date(modifiedAt),
  }
}

function toRow(url: FunctionUrlRow): Record<string, SQLInputValue> {
  return {
    urlId: url.urlId,
    functionArn: url.functionArn,
    qualifier: url.qualifier ?? '',
    port: url.port ?? null,
    authType: url.authType,
    cors: url.cors === undefined ? null : JSON.stringify(url.cors),
    invokeMode: url.invokeMode ?? null,
    createdAt: url.createdAt.getTime(),
    modifiedAt: url.modifiedAt.getTime(),
  }
}

/** Function URLs. */
export class FunctionUrls {
  readonly #insert: StatementSync
  readonly #replace: StatementSync
  readonly #byId: StatementSync
  readonly #ofQualifier: StatementSync
  readonly #ofFunction: StatementSync
  readonly #all: StatementSync
  readonly #ports: StatementSync
  readonly #ofPort: StatementSync
  readonly #remove: StatementSync
  readonly #retired = new Map<string, FunctionUrlRow>()

  /**
   * Prepares the statements.
   *
   * @param database an open database of the current schema
   */
  constructor(database: DatabaseSync) {
    this.#insert = database.prepare(
      `INSERT INTO functionUrls (urlId, functionArn, qualifier, port, authType, cors, invokeMode, createdAt, modifiedAt)
       VALUES (:urlId, :functionArn, :qualifier, :port, :authType, :cors, :invokeMode, :createdAt, :modifiedAt)`,
    )
    this.#replace = database.prepare(
      `UPDATE functionUrls SET functionArn = :functionArn, qualifier = :qualifier, port = :port, authType = :authType,
       cors = :cors, invokeMode = :invokeMode, createdAt = :createdAt, modifiedAt = :modifiedAt WHERE urlId = :urlId`,
    )
    this.#byId = database.prepare('SELECT * FROM functionUrls WHERE urlId = ?')
    this.#ofQualifier = database.prepare('SELECT * FROM functionUrls WHERE functionArn = ? AND qualifier = ?')
    this.#ofFunction = database.prepare(
      'SELECT * FROM functionUrls WHERE functionArn = ? ORDER BY qualifier COLLATE NOCASE, qualifier',
    )
    this.#all = database.prepare('SELECT * FROM functionUrls ORDER BY createdAt, urlId')
    this.#ports = database.prepare(
      'SELECT urlId, port FROM functionUrls WHERE port IS NOT NULL ORDER BY createdAt, urlId',
    )
    this.#ofPort = database.prepare('SELECT 1 FROM functionUrls WHERE port = ?')
    this.#remove = database.prepare('DELETE FROM functionUrls WHERE urlId = ?')
  }

  /**
   * Stores a new URL.
   *
   * @param url its id, its port and its function's qualifier must be free
   */
  add(url: FunctionUrlRow): void {
    this.#insert.run(toRow(url))
  }

  /**
   * Replaces a URL's record.
   *
   * @param url the whole of it, with an id that exists
   */
  replace(url: FunctionUrlRow): void {
    this.#replace.run(toRow(url))
  }

  /**
   * Finds a URL by its id.
   *
   * @param urlId 32 lower-case alphanumerics
   * @returns the URL, or undefined
   */
  get(urlId: string): FunctionUrlRow | undefined {
    return toRecord(this.#byId.get(urlId))
  }

  /**
   * Finds the URL of a function or of one of its aliases.
   *
   * @param functionArn unqualified
   * @param qualifier the alias; absent for `$LATEST`
   * @returns the URL, or undefined
   */
  of(functionArn: string, qualifier?: string): FunctionUrlRow | undefined {
    return toRecord(this.#ofQualifier.get(functionArn, qualifier ?? ''))
  }

  /**
   * Lists the URLs of a function.
   *
   * @param functionArn unqualified
   * @returns that of `$LATEST` first, then those of aliases by name
   */
  list(functionArn: string): FunctionUrlRow[] {
    return this.#ofFunction.all(functionArn).flatMap((row) => toRecord(row) ?? [])
  }

  /**
   * Lists the URLs of every function.
   *
   * @returns oldest first
   */
  all(): FunctionUrlRow[] {
    return this.#all.all().flatMap((row) => toRecord(row) ?? [])
  }

  /**
   * Lists the ports of URLs: of a thousand, their whole records would take longer to read than their ports to open.
   *
   * @returns oldest URL first
   */
  ports(): { readonly urlId: string; readonly port: number }[] {
    return this.#ports.all().map((row) => ({ urlId: String(row['urlId']), port: Number(row['port']) }))
  }

  /**
   * Tells whether a port belongs to a URL.
   *
   * @param port a TCP port
   * @returns whether one has it
   */
  hasPort(port: number): boolean {
    return this.#ofPort.get(port) !== undefined
  }

  /**
   * Deletes a URL.
   *
   * @param urlId its id
   */
  remove(urlId: string): void {
    this.#remove.run(urlId)
  }

  /**
   * Deletes the URL of an alias that was deleted, and remembers it while the side runs: Lambda deletes such URLs later,
   * and what their callers are told until then is not what callers of an unknown URL are told.
   *
   * @param url of an alias
   */
  retire(url: FunctionUrlRow): void {
    this.remove(url.urlId)
    this.#retired.set(url.urlId, url)
  }

  /**
   * Finds the URL of an alias that was deleted.
   *
   * @param urlId its id
   * @returns the URL, or undefined
   */
  retired(urlId: string): FunctionUrlRow | undefined {
    return this.#retired.get(urlId)
  }

  /**
   * Forgets the retired URLs of a function.
   *
   * @param functionArn unqualified
   * @returns the URLs, whose ports are still open
   */
  forgetRetired(functionArn: string): FunctionUrlRow[] {
    const urls = [...this.#retired.values()].filter((url) => url.functionArn === functionArn)
    for (const { urlId } of urls) this.#retired.delete(urlId)
    return urls
  }
}
