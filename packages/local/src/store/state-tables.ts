import type { DatabaseSync, SQLInputValue } from 'node:sqlite'

/** Everything in a state, one text of JSON lines for each table. */
export interface StateTables {
  /** Version of the schema that the rows are of. */
  readonly schema: number
  /** Name of a table → its rows, one JSON object a line; bytes are `{"base64": "…"}`. */
  readonly tables: Readonly<Record<string, string>>
  /** Hashes of the code that functions use, base64. */
  readonly codeHashes: readonly string[]
}

/** Tables that are nothing but secrets. */
const secretTables: ReadonlySet<string> = new Set(['accessKeys', 'sessions'])

/**
 * Reads all tables at one moment.
 *
 * @param database open, of any version of the schema
 * @param withSecrets whether access keys and sessions are part of it
 * @returns the tables; those of secrets are left out, not empty, when they are not wanted
 */
export function readTables(database: DatabaseSync, withSecrets: boolean): StateTables {
  const schema = Number(database.prepare('PRAGMA user_version').get()?.['user_version'])
  const names = listTables(database).filter((name) => withSecrets || !secretTables.has(name))
  const tables: Record<string, string> = {}
  const codeHashes = new Set<string>()
  // One synchronous turn on the only connection: nothing can change in between.
  for (const name of names) {
    let text = ''
    for (const row of database.prepare(`SELECT * FROM "${name}"`).iterate()) {
      text += `${JSON.stringify(row, (_key, value: unknown) => (value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : value))}\n`
      if (typeof row['codeSha256'] === 'string') codeHashes.add(row['codeSha256'])
    }
    tables[name] = text
  }
  return { schema, tables, codeHashes: [...codeHashes] }
}

/**
 * Lists the tables of a state.
 *
 * @param database open
 * @returns their names, sorted
 */
export function listTables(database: DatabaseSync): string[] {
  return database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    .all()
    .map(({ name }) => String(name))
}

/**
 * Writes rows into the empty tables of a state, all in one transaction.
 *
 * @param database open, of the rows' schema, with foreign keys off
 * @param tables name of a table → its rows
 * @throws {Error} with a sentence that names the table and the line that cannot be taken
 */
export function writeTables(database: DatabaseSync, tables: StateTables['tables']): void {
  const known = new Set(listTables(database))
  database.exec('BEGIN IMMEDIATE')
  for (const [name, text] of Object.entries(tables)) {
    if (!known.has(name)) throw new Error(`tables/${name}.jsonl is of no table that its schema has`)
    for (const [at, line] of text.split('\n').entries()) {
      if (line === '') continue
      try {
        insert(database, name, JSON.parse(line) as unknown)
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        throw new Error(`tables/${name}.jsonl, line ${at + 1}: ${why}`, { cause: error })
      }
    }
  }
  const [lost] = database.prepare('PRAGMA foreign_key_check').all()
  if (lost !== undefined) {
    throw new Error(
      `tables/${String(lost['table'])}.jsonl refers to a row of ${String(lost['parent'])} that the file does not hold`,
    )
  }
  database.exec('COMMIT')
}

function insert(database: DatabaseSync, table: string, row: unknown): void {
  if (typeof row !== 'object' || row === null || Array.isArray(row))
    throw new Error('a JSON object is wanted')
  const entries = Object.entries(row as Record<string, unknown>)
  const columns = entries.map(([column]) => `"${column.replaceAll('"', '""')}"`)
  const values = entries.map(([, value]) => toSqlValue(value))
  const marks = values.map(() => '?').join(', ')
  database.prepare(`INSERT INTO "${table}" (${columns.join(', ')}) VALUES (${marks})`).run(...values)
}

function toSqlValue(value: unknown): SQLInputValue {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value
  if (typeof value === 'object' && 'base64' in value) return Buffer.from(String(value.base64), 'base64')
  throw new Error('a text, a number, null or {"base64": "…"} is wanted')
}
