import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import * as fc from 'fast-check'
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Local, startLocal } from '../start.ts'
import { call } from '../testing/call.ts'
import { createAdministrator, deployFunction, grantBoth } from '../testing/deploy-function.ts'
import { exportFolder, importFile } from './portable-state.ts'
import { migrations } from './schema.ts'
import { createUniqueId } from './ids.ts'
import { Store } from './store.ts'

const now = new Date('2026-11-29T12:00:00Z')
const accountId = '111122223333'
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'furlong-portable-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const at = (...names: string[]): string => join(folder, ...names)

/** A folder with a user and a key. */
function makeState(name: string, users: readonly string[] = ['ada']): void {
  const store = Store.open(at(name, 'state.db'))
  store.seedAccount(accountId, now)
  for (const user of users) addUser(store, user, {})
  store.close()
}

function addUser(store: Store, name: string, tags: Record<string, string>): void {
  store.principals.add({
    id: createUniqueId('AIDA'),
    type: 'user',
    accountId,
    name,
    path: '/',
    arn: `arn:aws:iam::${accountId}:user/${name}`,
    tags,
    createdAt: now,
  })
}

async function rewrite(file: string, change: (entries: Record<string, Uint8Array>) => void): Promise<void> {
  const entries = unzipSync(await readFile(file))
  change(entries)
  await writeFile(file, zipSync(entries))
}

describe('a state as one file', () => {
  it('brings a deployed function to another folder: id, port, policy, key and code', async () => {
    // Nobody else may take the URL's port in between.
    const urlPorts = [30_160, 30_179] as const
    let local: Local = await startLocal({ stateFolder: at('one'), urlPorts })
    const administrator = createAdministrator(local)
    const [account] = local.accounts
    await deployFunction(administrator, 'books', 'export const handler = async () => "first edition"')
    const { FunctionUrl: url = '' } = await administrator.lambda.createFunctionUrlConfig({
      FunctionName: 'books',
      AuthType: 'AWS_IAM',
    })
    await grantBoth(administrator, 'books', account?.userArn ?? '')
    // From the running side, as the command line asks for it.
    const response = await fetch(`${local.endpoint}/_furlong/state/export`, {
      method: 'POST',
      headers: { authorization: `Bearer ${local.side.token}` },
      body: JSON.stringify({ file: at('all.zip'), withSecrets: true }),
    })
    expect(await response.json()).toEqual({ functions: 1, urls: 1, principals: 3, secrets: true })
    expect((await stat(at('all.zip'))).mode & 0o777).toBe(0o600)
    await local.close()

    await importFile(at('all.zip'), at('two'))
    local = await startLocal({ stateFolder: at('two'), urlPorts })
    try {
      expect(local.accounts).toEqual([account, expect.anything()])
      const answered = await call({ url, credentials: account! })
      expect(answered).toMatchObject({ status: 200, body: 'first edition' })
    } finally {
      await local.close()
    }
  })

  it('holds no secret unless it is asked to', async () => {
    makeState('one')
    const store = Store.open(at('one', 'state.db'))
    const { accessKeyId, secretAccessKey } = store.seedAccount(accountId, now)
    store.close()
    await exportFolder(at('one'), at('open.zip'), { now })
    await exportFolder(at('one'), at('secret.zip'), { now, withSecrets: true })
    const textOf = async (name: string): Promise<string> =>
      Object.values(unzipSync(await readFile(at(name))))
        .map((entry) => strFromU8(entry))
        .join('')
    expect(await textOf('open.zip')).not.toContain(secretAccessKey)
    expect(await textOf('open.zip')).not.toContain(accessKeyId)
    expect(await textOf('secret.zip')).toContain(secretAccessKey)
  })

  it('goes round for any state', async () => {
    const name = fc.stringMatching(/^[\w+=,.@-]{1,20}$/)
    const users = fc.uniqueArray(
      fc.tuple(name, fc.dictionary(fc.string(), fc.string({ unit: 'binary' }), { maxKeys: 3 })),
      {
        selector: ([user]) => user.toLowerCase(),
        maxLength: 8,
      },
    )
    let count = 0
    await fc.assert(
      fc.asyncProperty(users, fc.boolean(), async (made, withSecrets) => {
        count += 1
        const [from, to] = [at(`from${count}`), at(`to${count}`)]
        const store = Store.open(join(from, 'state.db'))
        store.seedAccount(accountId, now)
        for (const [user, tags] of made)
          if (user.toLowerCase() !== 'administrator') addUser(store, user, tags)
        const before = store.dump(withSecrets)
        store.close()
        await exportFolder(from, at(`${count}.zip`), { now, withSecrets })
        await importFile(at(`${count}.zip`), to)
        const again = Store.open(join(to, 'state.db'))
        const after = again.dump(withSecrets)
        again.close()
        expect(after).toEqual(before)
      }),
      { numRuns: 12 },
    )
  })

  it('brings the state of an older schema up to date, and leaves that folder as it was', async () => {
    const database = new DatabaseSync(at('old.db'))
    database.exec(migrations[0] ?? '')
    database.exec(`PRAGMA user_version = 1; INSERT INTO accounts VALUES ('${accountId}', 1)`)
    database.close()
    makeState('dummy')
    await rm(at('dummy', 'state.db'))
    await writeFile(at('dummy', 'state.db'), await readFile(at('old.db')))
    await exportFolder(at('dummy'), at('old.zip'), { now })
    const kept = new DatabaseSync(at('dummy', 'state.db'))
    expect(kept.prepare('PRAGMA user_version').get()?.['user_version']).toBe(1)
    kept.close()
    await importFile(at('old.zip'), at('new'))
    const store = Store.open(at('new', 'state.db'))
    expect(store.dump(false).schema).toBe(migrations.length)
    expect(store.dump(false).tables['accounts']).toContain(accountId)
    store.close()
  })
})

describe('importFile()', () => {
  beforeEach(async () => {
    makeState('one')
    await exportFolder(at('one'), at('good.zip'), { now, withSecrets: true })
  })

  it('replaces a state only when it is told to, with its log', async () => {
    makeState('two', ['eve'])
    await writeFile(at('two', 'records.sqlite'), '')
    await expect(importFile(at('good.zip'), at('two'))).rejects.toMatchObject({ code: 'StateFolderNotEmpty' })
    await importFile(at('good.zip'), at('two'), { replace: true })
    const store = Store.open(at('two', 'state.db'))
    expect([store.user(accountId, 'ada')?.name, store.user(accountId, 'eve')]).toEqual(['ada', undefined])
    store.close()
    expect(await readdir(at('two'))).not.toContain('records.sqlite')
  })

  it('takes no folder that a side uses, and none of another program', async () => {
    const store = Store.open(at('one', 'state.db'))
    await expect(importFile(at('good.zip'), at('one'), { replace: true })).rejects.toMatchObject({
      code: 'StateFolderInUse',
    })
    await expect(exportFolder(at('one'), at('x.zip'), { now })).rejects.toMatchObject({
      code: 'StateFolderInUse',
    })
    store.close()
    await expect(importFile(at('good.zip'), folder)).rejects.toMatchObject({ code: 'StateFolderForeign' })
  })

  const faults: readonly [string, (entries: Record<string, Uint8Array>) => void, string][] = [
    ['no manifest', (entries) => delete entries['manifest.json'], 'no manifest.json'],
    [
      'a manifest that is none',
      (entries) => (entries['manifest.json'] = strToU8('{')),
      'manifest.json is no JSON',
    ],
    ['another format', (entries) => (entries['manifest.json'] = strToU8('{"format":"x"}')), 'furlong-state'],
    [
      'a newer schema',
      (entries) =>
        (entries['manifest.json'] = strToU8(
          JSON.stringify({ format: 'furlong-state', version: 1, schema: migrations.length + 1 }),
        )),
      'newer furlong',
    ],
    ['a file that does not belong', (entries) => (entries['../evil'] = strToU8('x')), '../evil'],
    ['an unknown table', (entries) => (entries['tables/films.jsonl'] = strToU8('{}\n')), 'films.jsonl'],
    [
      'a row that is no JSON',
      (entries) => (entries['tables/principals.jsonl'] = strToU8('\nno\n')),
      'principals.jsonl, line 2',
    ],
    [
      'a row that breaks a rule',
      (entries) => (entries['tables/accounts.jsonl'] = strToU8('{"accountId":null,"createdAt":1}\n')),
      'accounts.jsonl, line 1',
    ],
    [
      'a row that refers to nothing',
      (entries) => (entries['tables/accounts.jsonl'] = strToU8('')),
      'refers to a row of accounts',
    ],
    [
      'code with another hash',
      (entries) => (entries[`code/${'0'.repeat(64)}.zip`] = strToU8('x')),
      'does not have the hash of its name',
    ],
  ]
  it.each(faults)('refuses %s and leaves the folder as it was', async (_what, change, says) => {
    makeState('two', ['eve'])
    await rewrite(at('good.zip'), change)
    await expect(importFile(at('good.zip'), at('two'), { replace: true })).rejects.toMatchObject({
      code: 'StateFileUnreadable',
      message: expect.stringContaining(says),
    })
    expect((await readdir(at('two'))).filter((name) => name.includes('importing'))).toEqual([])
    const store = Store.open(at('two', 'state.db'))
    expect(store.user(accountId, 'eve')?.name).toBe('eve')
    store.close()
  })

  it('refuses a file that was cut off, one that is none, and one that is not there', async () => {
    const whole = await readFile(at('good.zip'))
    for (const bytes of [whole.subarray(0, whole.length / 2), Buffer.from('hello'), Buffer.alloc(0)]) {
      await writeFile(at('bad.zip'), bytes)
      await expect(importFile(at('bad.zip'), at('two'))).rejects.toMatchObject({
        code: 'StateFileUnreadable',
      })
    }
    await expect(importFile(at('nowhere.zip'), at('two'))).rejects.toMatchObject({
      code: 'StateFileUnreadable',
    })
  })

  it('overwrites no file on export unless it is told to', async () => {
    await expect(exportFolder(at('one'), at('good.zip'), { now })).rejects.toMatchObject({
      code: 'StateFileNotWritable',
      message: expect.stringContaining('--force'),
    })
    await exportFolder(at('one'), at('good.zip'), { now, replace: true })
  })
})

describe('Store.open()', () => {
  it('tells a damaged file, a cut one and one of another program from a good one', async () => {
    makeState(
      'one',
      Array.from({ length: 300 }, (_, user) => `user${user}`),
    )
    const file = at('one', 'state.db')
    const whole = await readFile(file)
    await writeFile(file, whole.subarray(0, whole.length - 8192))
    expect(() => Store.open(file)).toThrow(expect.objectContaining({ code: 'StoreUnreadable' }))
    await writeFile(file, Buffer.concat([whole.subarray(0, 4096), Buffer.alloc(whole.length - 4096, 7)]))
    expect(() => Store.open(file)).toThrow(expect.objectContaining({ code: 'StoreUnreadable' }))
    await rm(file)
    const other = new DatabaseSync(file)
    other.exec('CREATE TABLE films (name TEXT); PRAGMA user_version = 3')
    other.close()
    expect(() => Store.open(file)).toThrow(/another program/)
    await rm(file)
    // A process that ended between making the file and filling it.
    await writeFile(file, '')
    Store.open(file).close()
    await chmod(file, 0o644)
    Store.open(file).close()
    expect((await stat(file)).mode & 0o777).toBe(0o600)
  })
})
