/** State folders with so many functions, each with a URL, written straight into the store: deploying 1,000 is not what is timed. */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createUrl, deploy, type Target } from '@furlong/aws'
import { startLocal } from '@furlong/local'
import { DatabaseSync } from 'node:sqlite'

/** Where URLs listen: away from those of other local sides. */
export const manyUrlPorts = [26_000, 27_499] as const
const [firstPort, lastPort] = manyUrlPorts

/**
 * Makes a state folder.
 *
 * @param count functions, each with a URL; the first is deployed, the others are copies of its rows
 * @returns the folder; the caller removes it
 */
export async function createManyUrls(count: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'furlong-bench-'))
  const local = await startLocal({ stateFolder: folder, urlPorts: manyUrlPorts })
  const [administrator] = local.accounts
  if (administrator === undefined) throw new Error('The local side has no account.')
  const target: Target = {
    kind: 'local',
    region: local.region,
    endpoint: local.endpoint,
    credentials: administrator,
  }
  const entry = new URL('functions/hello.mjs', import.meta.url).pathname
  await deploy(target, { entry, name: 'hello', url: false })
  await createUrl(target, { functionName: 'hello' })
  await local.close()
  const database = new DatabaseSync(join(folder, 'state.db'))
  database.exec('BEGIN')
  copyRow(database, 'functions', count, (row, at) => ({
    ...row,
    name: `hello${at}`,
    arn: `${String(row['arn'])}${at}`,
  }))
  copyRow(database, 'functionUrls', count, (row, at) => ({
    ...row,
    urlId: `${String(row['urlId']).slice(0, 28)}${String(at).padStart(4, '0')}`,
    functionArn: `${String(row['functionArn'])}${at}`,
    port: firstPort + ((Number(row['port']) - firstPort + at) % (lastPort - firstPort + 1)),
  }))
  database.exec('COMMIT')
  database.close()
  return folder
}

type Values = Record<string, string | number | null>

function copyRow(
  database: DatabaseSync,
  table: string,
  count: number,
  change: (row: Values, at: number) => Values,
): void {
  const row = database.prepare(`SELECT * FROM ${table}`).get() as Values
  const names = Object.keys(row)
  const insert = database.prepare(
    `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map((name) => `:${name}`).join(', ')})`,
  )
  for (let at = 1; at < count; at += 1) insert.run(change(row, at))
}
