/**
 * A state as one file, to keep or to take elsewhere: a zip that holds `manifest.json`, `tables/<name>.jsonl` (one row a
 * line, of the schema that the manifest names) and `code/<hash>.zip`, the packages as they were uploaded.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { strFromU8, strToU8, unzipSync, zipSync, type Zippable } from 'fflate'
import { LocalError } from '../errors.ts'
import { holdStateFolder, stateFileName } from '../side/state-folder.ts'
import { CodeError, maxZippedBytes } from './code-error.ts'
import { CodeStore } from './code-store.ts'
import { lockDatabase, migrate, openDatabase } from './open-database.ts'
import { migrations } from './schema.ts'
import { readTables, type StateTables, writeTables } from './state-tables.ts'

/** What a file says of itself. */
interface Manifest {
  readonly format: 'furlong-state'
  /** Of the file's layout. */
  readonly version: number
  /** Of the rows. */
  readonly schema: number
  /** ISO 8601. */
  readonly exportedAt: string
  /** Whether access keys and sessions are in it. */
  readonly secrets: boolean
}

/** What was exported or imported. */
export interface PortableState {
  readonly functions: number
  readonly urls: number
  readonly principals: number
  /** Whether access keys and sessions are part of it. */
  readonly secrets: boolean
}

const layoutVersion = 1
/** Beyond this a table is none of ours: it would not fit into memory. */
const maxTableBytes = 512 * 1024 * 1024

/** How a state is exported. */
export interface ExportOptions {
  /** Whether access keys and sessions are part of it; default false. */
  readonly withSecrets?: boolean
  /** Whether a file that is there already is replaced; default false. */
  readonly replace?: boolean
  readonly now: Date
}

/**
 * Writes a state into a file of mode 0600: functions carry environment variables, which are secrets often enough.
 *
 * @param tables what `Store.dump` or `dumpFolder` read
 * @param zipFile where the package of a hash lies
 * @param file absolute path; whole or not there
 * @param options secrets and time
 * @returns what is in it
 * @throws {LocalError} `StateFileNotWritable`, `StoreUnreadable` when a package is missing
 */
export async function writeStateFile(
  tables: StateTables,
  zipFile: (codeSha256: string) => string,
  file: string,
  { withSecrets = false, replace = false, now }: ExportOptions,
): Promise<PortableState> {
  if (!replace && existsSync(file)) {
    throw new LocalError(
      'StateFileNotWritable',
      `${file} exists already. Name another file, or replace it with --force.`,
    )
  }
  const manifest: Manifest = {
    format: 'furlong-state',
    version: layoutVersion,
    schema: tables.schema,
    exportedAt: now.toISOString(),
    secrets: withSecrets,
  }
  const entries: Zippable = { 'manifest.json': strToU8(`${JSON.stringify(manifest, undefined, 2)}\n`) }
  for (const [name, text] of Object.entries(tables.tables)) entries[`tables/${name}.jsonl`] = strToU8(text)
  for (const hash of tables.codeHashes) {
    // Packed already.
    entries[`code/${basename(zipFile(hash))}`] = [await readPackage(zipFile(hash)), { level: 0 }]
  }
  const temporary = `${file}.${process.pid}`
  try {
    await writeFile(temporary, zipSync(entries, { mtime: now }), { mode: 0o600, flag: 'wx' })
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    const { code = 'unknown error' } = error as NodeJS.ErrnoException
    throw new LocalError('StateFileNotWritable', `${file} cannot be written (${code}).`, { cause: error })
  }
  return summarize(tables, withSecrets)
}

async function readPackage(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (error) {
    throw new LocalError(
      'StoreUnreadable',
      `The package ${path}, which a function uses, cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}). Deploy the function again, or delete it.`,
      { cause: error },
    )
  }
}

/**
 * Exports the state of a folder that no side uses; its schema stays what it is.
 *
 * @param stateFolder absolute path
 * @param file absolute path
 * @param options secrets and time
 * @returns what is in the file
 * @throws {LocalError} `StateFolderInUse`, `StoreTooNew`, `StoreUnreadable`, `StateFileNotWritable`
 */
export async function exportFolder(
  stateFolder: string,
  file: string,
  options: ExportOptions,
): Promise<PortableState> {
  const state = join(stateFolder, stateFileName)
  if (!existsSync(state))
    throw new LocalError('StoreUnreadable', `${stateFolder} holds no state of furlong's.`)
  const database = lockDatabase(state)
  try {
    const tables = readTables(database, options.withSecrets === true)
    const code = new CodeStore(join(stateFolder, 'code'))
    return await writeStateFile(tables, (hash) => code.zipFile(hash), file, options)
  } finally {
    database.close()
  }
}

/**
 * Imports a state into a folder that no side uses: all of it, or nothing.
 *
 * @param file absolute path of an export
 * @param stateFolder absolute path; made when it is not there
 * @param options `replace`: whether a state that is there goes, its records too; default false
 * @returns what was imported
 * @throws {LocalError} `StateFileUnreadable` with what is wrong with the file, `StateFolderNotEmpty`, `StateFolderInUse`,
 *   `StateFolderNotWritable`, `StateFolderForeign`, `StateFolderFull`, `StoreTooNew`
 */
export async function importFile(
  file: string,
  stateFolder: string,
  options: { readonly replace?: boolean } = {},
): Promise<PortableState> {
  const content = await readStateFile(file)
  await holdStateFolder(stateFolder)
  const target = join(stateFolder, stateFileName)
  const isThere = existsSync(target)
  if (isThere && options.replace !== true) {
    throw new LocalError(
      'StateFolderNotEmpty',
      `${stateFolder} holds a state already. Replace it with --replace, or name another folder with --state.`,
    )
  }
  // Held to the end: no side begins with the state that goes.
  const former = isThere ? lockDatabase(target) : undefined
  // Its name begins as the state's own, so that a folder where the import was cut off is known as furlong's.
  const coming = `${target}.importing`
  try {
    await discard(coming)
    build(coming, content, file)
    const code = new CodeStore(join(stateFolder, 'code'))
    for (const zip of content.packages.values()) await code.put(zip)
    // Nothing of a log may lie beside the new file.
    former?.exec('PRAGMA journal_mode = DELETE')
    // The one moment: before it the old state holds, after it the new one.
    await rename(coming, target)
    if (former !== undefined) await discard(join(stateFolder, 'records.sqlite'))
    return summarize(content.tables, content.manifest.secrets)
  } catch (error) {
    await discard(coming)
    if (error instanceof CodeError)
      throw unreadable(file, `a package in it cannot be unpacked: ${error.message}`)
    throw error
  } finally {
    former?.close()
  }
}

async function discard(database: string): Promise<void> {
  for (const suffix of ['', '-wal', '-shm', '-journal']) await rm(`${database}${suffix}`, { force: true })
}

interface Content {
  readonly manifest: Manifest
  readonly tables: StateTables
  /** Name in the file → bytes. */
  readonly packages: ReadonlyMap<string, Uint8Array>
}

const unreadable = (file: string, why: string, cause?: unknown): LocalError =>
  new LocalError('StateFileUnreadable', `${file} cannot be imported: ${why}.`, { cause })

async function readStateFile(file: string): Promise<Content> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(file)
  } catch (error) {
    throw unreadable(
      file,
      `it cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`,
      error,
    )
  }
  const entries = unzip(bytes, file)
  const manifest = readManifest(entries, file)
  const tables: Record<string, string> = {}
  const packages = new Map<string, Uint8Array>()
  for (const [name, content] of Object.entries(entries)) {
    const table = /^tables\/(\w+)\.jsonl$/.exec(name)?.[1]
    const hash = /^code\/([0-9a-f]{64})\.zip$/.exec(name)?.[1]
    if (table !== undefined) tables[table] = strFromU8(content)
    else if (hash !== undefined) packages.set(checkHash(content, hash, file), content)
    else if (name !== 'manifest.json')
      throw unreadable(file, `it holds ${JSON.stringify(name)}, which is no part of a state`)
  }
  return { manifest, tables: { schema: manifest.schema, tables, codeHashes: [...packages.keys()] }, packages }
}

function unzip(bytes: Uint8Array, file: string): Record<string, Uint8Array> {
  try {
    return unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        const limit = name.startsWith('code/') ? maxZippedBytes : maxTableBytes
        if (originalSize <= limit) return true
        throw new Error(`${name} has ${originalSize} bytes, and ${limit} are allowed`)
      },
    })
  } catch (error) {
    throw unreadable(
      file,
      `it is no whole zip file (${error instanceof Error ? error.message : String(error)})`,
      error,
    )
  }
}

function readManifest(entries: Record<string, Uint8Array>, file: string): Manifest {
  const text = entries['manifest.json']
  if (text === undefined) throw unreadable(file, 'it holds no manifest.json, so it is no export of furlong’s')
  let manifest: Partial<Manifest>
  try {
    manifest = JSON.parse(strFromU8(text)) as Partial<Manifest>
  } catch (error) {
    throw unreadable(file, 'its manifest.json is no JSON', error)
  }
  const { format, version = 0, schema = 0, exportedAt = '', secrets = false } = manifest ?? {}
  if (format !== 'furlong-state')
    throw unreadable(file, 'its manifest.json does not say that it is a furlong-state')
  if (!Number.isInteger(version) || !Number.isInteger(schema) || version < 1 || schema < 1) {
    throw unreadable(file, 'its manifest.json names no version')
  }
  if (version > layoutVersion || schema > migrations.length) {
    throw unreadable(
      file,
      `a newer furlong wrote it (layout ${version}, schema ${schema}; this one knows up to ${layoutVersion} and ${migrations.length})`,
    )
  }
  return { format, version, schema, exportedAt, secrets }
}

/** @returns the hash in base64, as functions name it */
function checkHash(zip: Uint8Array, hex: string, file: string): string {
  const hash = createHash('sha256').update(zip).digest()
  if (hash.toString('hex') !== hex)
    throw unreadable(file, `code/${hex}.zip does not have the hash of its name`)
  return hash.toString('base64')
}

/** Builds the new database aside, under the schema of its rows, then brings it up to date and tries it. */
function build(path: string, { tables, packages }: Content, file: string): void {
  const database = new DatabaseSync(path, { enableForeignKeyConstraints: false })
  try {
    migrate(database, 0, tables.schema)
    writeTables(database, tables.tables)
    const missing = readTables(database, false).codeHashes.find((hash) => !packages.has(hash))
    if (missing !== undefined) {
      throw new Error(
        `the package ${Buffer.from(missing, 'base64').toString('hex')} of a function is not in it`,
      )
    }
  } catch (error) {
    throw unreadable(file, error instanceof Error ? error.message : String(error), error)
  } finally {
    database.close()
  }
  const current = openDatabase(path)
  try {
    current.exec('PRAGMA journal_mode = DELETE')
  } finally {
    current.close()
  }
}

function summarize({ tables }: StateTables, secrets: boolean): PortableState {
  const count = (name: string): number => (tables[name] ?? '').split('\n').length - 1
  return {
    functions: Math.max(0, count('functions')),
    urls: Math.max(0, count('functionUrls')),
    principals: Math.max(0, count('principals')),
    secrets,
  }
}
