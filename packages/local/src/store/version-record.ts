import type { SQLInputValue } from 'node:sqlite'

/** The processor architectures Lambda knows. */
export type Architecture = 'x86_64' | 'arm64'

/** How much of a log is kept, with AWS's member names; levels only with the format JSON. */
export interface LoggingConfig {
  readonly LogFormat: 'Text' | 'JSON'
  readonly ApplicationLogLevel?: 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'FATAL'
  readonly SystemLogLevel?: 'DEBUG' | 'INFO' | 'WARN'
  readonly LogGroup: string
}

/**
 * What is happening to a version: its code is being unpacked for the first time (`Pending`) or again (`Updating`), or
 * nothing. A published version is always `Active`.
 */
export type VersionStatus = 'Pending' | 'Updating' | 'Active'

/** Code and configuration of one version of a function: of `$LATEST`, or as they were when a version was published. */
export interface VersionRecord {
  /** Of the function, unqualified. */
  readonly arn: string
  readonly accountId: string
  readonly region: string
  readonly name: string
  /** `$LATEST` or a number. */
  readonly version: string
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
  /** Reported back and not enforced. */
  readonly ephemeralStorageMb: number
  /** Reported back; nothing is traced. */
  readonly tracingMode: 'Active' | 'PassThrough'
  readonly logging: LoggingConfig
  /** base64 of the zip's SHA-256; names the code in the code store. */
  readonly codeSha256: string
  /** Of the zip, in bytes. */
  readonly codeSize: number
  /** What the API shows: changes with code, configuration and state. */
  readonly revisionId: string
  /** Changes with code and configuration only: what the engine keys its environments by. */
  readonly deploymentId: string
  readonly status: VersionStatus
  readonly modifiedAt: Date
}

type VersionColumn = Exclude<
  keyof VersionRecord,
  'arn' | 'accountId' | 'region' | 'name' | 'version' | 'status'
>

/** The columns that tables of versions share; a version's identity is not among them. */
export const versionColumns: readonly VersionColumn[] = [
  'runtime',
  'handler',
  'roleArn',
  'description',
  'timeoutSeconds',
  'memorySizeMb',
  'environment',
  'architecture',
  'ephemeralStorageMb',
  'tracingMode',
  'logging',
  'codeSha256',
  'codeSize',
  'revisionId',
  'deploymentId',
  'modifiedAt',
]

/** A row as SQLite gives it. */
export type StoredVersion = Omit<VersionRecord, 'environment' | 'logging' | 'modifiedAt'> & {
  readonly environment: string | null
  readonly logging: string | null
  readonly modifiedAt: number
}

/**
 * Names the log group of a function that was given none.
 *
 * @param name of the function
 * @returns what Lambda makes of it
 */
export function createLogGroupName(name: string): string {
  return `/aws/lambda/${name}`
}

/**
 * Reads the shared columns.
 *
 * @param row with the function's identity
 * @returns the same members, those columns parsed
 */
export function toVersion<Row extends StoredVersion>(
  row: Row,
): Omit<Row, 'environment' | 'logging' | 'modifiedAt'> &
  Pick<VersionRecord, 'environment' | 'logging' | 'modifiedAt'> {
  const { environment, logging, modifiedAt, ...rest } = row
  return {
    ...rest,
    ...(environment === null ? {} : { environment: JSON.parse(environment) as Record<string, string> }),
    logging:
      logging === null
        ? { LogFormat: 'Text', LogGroup: createLogGroupName(row.name) }
        : (JSON.parse(logging) as LoggingConfig),
    modifiedAt: new Date(modifiedAt),
  }
}

/**
 * Writes the shared columns.
 *
 * @param record a version
 * @returns one value for each of them
 */
export function toVersionRow(record: VersionRecord): Record<VersionColumn, SQLInputValue> {
  return {
    runtime: record.runtime,
    handler: record.handler,
    roleArn: record.roleArn,
    description: record.description,
    timeoutSeconds: record.timeoutSeconds,
    memorySizeMb: record.memorySizeMb,
    environment: record.environment === undefined ? null : JSON.stringify(record.environment),
    architecture: record.architecture,
    ephemeralStorageMb: record.ephemeralStorageMb,
    tracingMode: record.tracingMode,
    logging: JSON.stringify(record.logging),
    codeSha256: record.codeSha256,
    codeSize: record.codeSize,
    revisionId: record.revisionId,
    deploymentId: record.deploymentId,
    modifiedAt: record.modifiedAt.getTime(),
  }
}
