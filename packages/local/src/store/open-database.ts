import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'

import { LocalError } from '../errors.ts'
import { CountingDatabase } from './counting-database.ts'
import { migrations } from './schema.ts'

/**
 * Opens the state file, makes it private to its owner and brings its schema up to date.
 *
 * @param file a path, or `:memory:` for none
 * @returns the open database; nobody else can have it until it is closed or the process ends
 * @throws {LocalError} `StateFolderInUse` when another side has it, `StoreTooNew` when a newer furlong wrote the file,
 *   `StoreUnreadable` when it is no SQLite file, damaged, or another program's, `StateFolderFull`, `StateFolderNotWritable`
 */
export function openDatabase(file: string): CountingDatabase {
  if (file !== ':memory:') makePrivate(file)
  return prepare(file, (database) => {
    // NORMAL in WAL: a commit survives the death of the process, which is what is promised, not a power cut.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
    // A table that is rebuilt must not take along what refers to it.
    database.exec('PRAGMA foreign_keys = OFF')
    const version = checkVersion(database, file)
    if (version > 0) checkWhole(database, file)
    migrate(database, version)
    database.exec('PRAGMA foreign_keys = ON')
  })
}

/**
 * Opens a state file as it is, for its export or its end: its schema stays what it was.
 *
 * @param file a path
 * @returns the open database; nobody else can have it until it is closed
 * @throws {LocalError} as `openDatabase` does
 */
export function lockDatabase(file: string): DatabaseSync {
  return prepare(file, (database) => {
    if (checkVersion(database, file) > 0) checkWhole(database, file)
  })
}

function prepare(file: string, work: (database: DatabaseSync) => void): CountingDatabase {
  let database: CountingDatabase | undefined
  try {
    database = new CountingDatabase(file)
    // The lock is the system's: it ends with the process, however that ends, and no second side can have it.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT')
    work(database)
    return database
  } catch (error) {
    database?.close()
    throw toLocalError(error, file)
  }
}

type Trouble = readonly [
  code: 'StateFolderInUse' | 'StateFolderNotWritable' | 'StateFolderFull',
  says: string,
]

/** @see https://sqlite.org/rescode.html */
const troubles: Readonly<Record<number, Trouble>> = {
  5: ['StateFolderInUse', 'is in use by another local side.'],
  8: [
    'StateFolderNotWritable',
    'may be read only. Give this user the right to write, or name another state folder.',
  ],
  13: ['StateFolderFull', 'cannot grow: the disk is full. Free some space, or name another state folder.'],
  14: [
    'StateFolderNotWritable',
    'cannot be opened. Look at the rights of the folder, or name another state folder.',
  ],
}

function toLocalError(error: unknown, file: string): LocalError {
  if (error instanceof LocalError) return error
  // The lower byte tells the kind, what is above it the case.
  const kind = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0
  const trouble = troubles[kind]
  if (trouble !== undefined) return new LocalError(trouble[0], `${file} ${trouble[1]}`, { cause: error })
  return new LocalError(
    'StoreUnreadable',
    `${file} cannot be opened as furlong's state: ${error instanceof Error ? error.message : String(error)}. Bring it back from an export (npx furlong state import <file> into another folder), or name another state folder.`,
    { cause: error },
  )
}

/** The file holds secret keys; SQLite gives its -wal and -shm files the mode of the file itself. */
function makePrivate(file: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    closeSync(openSync(file, 'a', 0o600))
    chmodSync(file, 0o600)
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException
    throw new LocalError(
      code === 'ENOSPC' ? 'StateFolderFull' : 'StateFolderNotWritable',
      `${file} cannot be written (${code}). Look at the rights of the folder and at the space on its disk, or name another one with --state.`,
      { cause: error },
    )
  }
}

/** @returns the version of the schema; 0 for a file without any table */
function checkVersion(database: DatabaseSync, file: string): number {
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0)
  const tables = Number(database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()?.['tables'])
  // A program of its own may count its versions, too.
  const isForeign =
    tables > 0 &&
    database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'principals'").get() === undefined
  if (isForeign || (version === 0 && tables > 0)) {
    throw new LocalError(
      'StoreUnreadable',
      `${file} is a database of another program. Use another state folder.`,
    )
  }
  if (version > migrations.length) {
    throw new LocalError(
      'StoreTooNew',
      `${file} has schema version ${version}, written by a newer furlong; this one knows versions up to ${migrations.length}. Use the newer furlong, or another state folder.`,
    )
  }
  return version
}

/** A file that was cut off, or copied while it was written, is told now and not by the first call that meets the hole. */
function checkWhole(database: DatabaseSync, file: string): void {
  const found = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check']
  if (found === 'ok') return
  throw new LocalError(
    'StoreUnreadable',
    `${file} is damaged (${String(found)}). Bring it back from an export (npx furlong state import <file> into another folder), or name another state folder.`,
  )
}

/**
 * Brings a schema up to date.
 *
 * @param database open, with foreign keys off
 * @param version of its schema
 * @param target the version wanted; default the latest
 */
export function migrate(database: DatabaseSync, version: number, target: number = migrations.length): void {
  for (const [index, script] of migrations.entries()) {
    if (index >= version && index < target) {
      database.exec(`BEGIN IMMEDIATE; ${script}; PRAGMA user_version = ${index + 1}; COMMIT`)
    }
  }
}
