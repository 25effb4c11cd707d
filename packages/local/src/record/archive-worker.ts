/** The thread that writes records: started by `Archive`, it owns the database's only writing connection. */
import { maskText } from '@furlong/sigv4/mask-text'
import { closeSync, openSync, rmSync } from 'node:fs'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import type { ArchiveBatch, ArchiveReply, ArchiveSetup } from './archive.ts'

/** Records are no state: a file of another version is made anew. */
const version = 1
/** So many are deleted at once when there are too many. */
const surplus = 256

// Node 22 calls its SQLite experimental, in every thread once more.
process.emitWarning = () => {}
const { DatabaseSync: Database } = await import('node:sqlite')
const { file, maxRecords, maxCharacters } = workerData as ArchiveSetup

interface Open {
  readonly database: DatabaseSync
  readonly put: StatementSync
  readonly sizes: StatementSync
  readonly trim: StatementSync
}

let open: Open | undefined
let count = 0
let characters = 0

function openFile(): Open {
  // For its owner alone; SQLite gives its other files the same mode.
  closeSync(openSync(file, 'a', 0o600))
  const database = new Database(file)
  try {
    // Of a power cut nothing is promised here, so that nobody waits for the disk.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF')
    const found = Number(database.prepare('PRAGMA user_version').get()?.['user_version'])
    if (found !== 0 && found !== version) throw new Error('The file is of another version.')
    database.exec(
      `CREATE TABLE IF NOT EXISTS records (cursor INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, size INTEGER NOT NULL, record TEXT NOT NULL) STRICT;
       PRAGMA user_version = ${version}`,
    )
    const opened = {
      database,
      put: database.prepare('INSERT OR REPLACE INTO records (cursor, id, size, record) VALUES (?, ?, ?, ?)'),
      sizes: database.prepare('SELECT count(*) AS count, total(size) AS characters FROM records'),
      trim: database.prepare(
        `DELETE FROM records WHERE cursor <= (SELECT max(cursor) FROM (SELECT cursor FROM records ORDER BY cursor LIMIT ${surplus}))`,
      ),
    }
    measure(opened)
    return opened
  } catch (error) {
    database.close()
    throw error
  }
}

function openOrRemake(): Open {
  try {
    return openFile()
  } catch {
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true })
    return openFile()
  }
}

function measure({ sizes }: Open): void {
  const row = sizes.get()
  count = Number(row?.['count'])
  characters = Number(row?.['characters'])
}

function keep(lines: string): void {
  open ??= openOrRemake()
  const { database, put, trim } = open
  database.exec('BEGIN IMMEDIATE')
  try {
    for (const line of lines.split('\n')) {
      const idAt = line.indexOf(' ') + 1
      const textAt = line.indexOf(' ', idAt) + 1
      const text = maskText(line.slice(textAt))
      put.run(Number(line.slice(0, idAt)), line.slice(idAt, textAt - 1), text.length, text)
      count += 1
      characters += text.length
    }
    while (count > maxRecords || (characters > maxCharacters && count > surplus)) {
      trim.run()
      // Counted anew: what came twice was counted twice.
      measure(open)
      if (count <= surplus) break
    }
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

function take({ lines }: ArchiveBatch): ArchiveReply {
  try {
    keep(lines)
    return { kept: true }
  } catch (error) {
    return { kept: false, reason: error instanceof Error ? error.message : String(error) }
  }
}

parentPort?.on('message', (message: ArchiveBatch | 'close') => {
  if (message === 'close') {
    open?.database.close()
    parentPort?.close()
  } else {
    parentPort?.postMessage(take(message))
  }
})
