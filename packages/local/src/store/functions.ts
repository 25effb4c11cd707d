import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'

/** The processor architectures Lambda knows. */
export type Architecture = 'x86_64' | 'arm64'

/** A function as stored: code, configuration and tags of `$LATEST`. */
export interface FunctionRecord {
  /** Unqualified. */
  readonly arn: string
  readonly accountId: string
  readonly region: string
  readonly name: string
  readonly runtime: string
  readonly handler: string
  readonly roleArn: string
  readonly description: string
  readonly timeoutSeconds: number
  readonly memorySizeMb: number
  /** Absent when never given; `{}` when given empty. */
  readonly environment?: Readonly<Record<string, string>>
  /** Reported back; the machine's own architecture runs the code. */
  readonly architecture: Architecture
  /** base64 of the zip's SHA-256; names the code in the code store. */
  readonly codeSha256: string
  /** Of the zip, in bytes. */
  readonly codeSize: number
  readonly tags: Readonly<Record<string, string>>
  /** What the API shows: changes with code, configuration and permissions. */
  readonly revisionId: string
  /** Changes with code and configuration only: what the engine keys its environments by. */
  readonly deploymentId: string
  readonly createdAt: Date
  readonly modifiedAt: Date
}

interface FunctionRow {
  arn: string
  accountId: string
  region: string
  name: string
  runtime: string
  handler: string
  roleArn: string
  description: string
  timeoutSeconds: number
  memorySizeMb: number
  environment: string | null
  architecture: Architecture
  codeSha256: string
  codeSize: number
  tags: string
  revisionId: string
  deploymentId: string
  createdAt: number
  modifiedAt: number
}

const columns = [
  'arn',
  'accountId',
  'region',
  'name',
  'runtime',
  'handler',
  'roleArn',
  'description',
  'timeoutSeconds',
  'memorySizeMb',
  'environment',
  'architecture',
  'codeSha256',
  'codeSize',
  'tags',
  'revisionId',
  'deploymentId',
  'createdAt',
  'modifiedAt',
] as const satisfies readonly (keyof FunctionRow)[]

function toRecord(row: unknown): FunctionRecord | undefined {
  if (row === undefined) return undefined
  const { environment, tags, createdAt, modifiedAt, ...rest } = row as FunctionRow
  return {
    ...rest,
    ...(environment === null ? {} : { environment: JSON.parse(environment) as Record<string, string> }),
    tags: JSON.parse(tags) as Record<string, string>,
    createdAt: new Date(createdAt),
    modifiedAt: new Date(modifiedAt),
  }
}

function toRow(record: FunctionRecord): Record<string, SQLInputValue> {
  return {
    ...record,
    environment: record.environment === undefined ? null : JSON.stringify(record.environment),
    tags: JSON.stringify(record.tags),
    createdAt: record.createdAt.getTime(),
    modifiedAt: record.modifiedAt.getTime(),
  }
}

/** Functions. */
export class Functions {
  readonly #insert: StatementSync
  readonly #replace: StatementSync
  readonly #one: StatementSync
  readonly #list: StatementSync
  readonly #codeHashes: StatementSync
  readonly #remove: StatementSync

  /**
   * Prepares the statements.
   *
   * @param database an open database of the current schema
   */
  constructor(database: DatabaseSync) {
    const parameters = columns.map((column) => `:${column}`).join(', ')
    this.#insert = database.prepare(`INSERT INTO functions (${columns.join(', ')}) VALUES (${parameters})`)
    this.#replace = database.prepare(
      `UPDATE functions SET (${columns.join(', ')}) = (${parameters}) WHERE arn = :arn`,
    )
    this.#one = database.prepare('SELECT * FROM functions WHERE arn = ?')
    this.#list = database.prepare(
      'SELECT * FROM functions WHERE accountId = ? AND region = ? ORDER BY name COLLATE NOCASE, name',
    )
    this.#codeHashes = database.prepare('SELECT DISTINCT codeSha256 FROM functions')
    this.#remove = database.prepare('DELETE FROM functions WHERE arn = ?')
  }

  /**
   * Stores a new function.
   *
   * @param record the whole of it; its ARN must be free
   */
  add(record: FunctionRecord): void {
    this.#insert.run(toRow(record))
  }

  /**
   * Replaces a function's record.
   *
   * @param record the whole of it, with an ARN that exists
   */
  replace(record: FunctionRecord): void {
    this.#replace.run(toRow(record))
  }

  /**
   * Finds a function.
   *
   * @param arn unqualified
   * @returns the function, or undefined
   */
  get(arn: string): FunctionRecord | undefined {
    return toRecord(this.#one.get(arn))
  }

  /**
   * Lists the functions of an account in a region.
   *
   * @param accountId 12 digits
   * @param region such as `us-east-1`
   * @returns the functions by name
   */
  list(accountId: string, region: string): FunctionRecord[] {
    return this.#list.all(accountId, region).flatMap((row) => toRecord(row) ?? [])
  }

  /**
   * Lists the code that functions use.
   *
   * @returns the hashes of their packages, base64
   */
  codeHashes(): string[] {
    return this.#codeHashes.all().map((row) => String(row['codeSha256']))
  }

  /**
   * Deletes a function with its URLs and policies.
   *
   * @param arn unqualified
   */
  remove(arn: string): void {
    this.#remove.run(arn)
  }
}
