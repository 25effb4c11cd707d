import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { FunctionRecord } from './functions.ts'
import {
  createAccessKeyId,
  createSecretAccessKey,
  createSessionToken,
  createUniqueId,
  createUrlId,
} from './ids.ts'
import { LocalError } from '../errors.ts'
import { migrations } from './schema.ts'
import { Store } from './store.ts'

const now = new Date('2026-11-22T09:00:00.000Z')
const accountId = '111122223333'

let folder = ''
let store: Store

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'furlong-store-'))
  store = Store.open(':memory:')
  store.seedAccount(accountId, now)
})

afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true })
})

function addRole(target: Store, name: string): string {
  const id = createUniqueId('AROA')
  target.principals.add({
    id,
    type: 'role',
    accountId,
    name,
    path: '/',
    arn: `arn:aws:iam::${accountId}:role/${name}`,
    trustPolicy: '{}',
    maxSessionSeconds: 3600,
    tags: { team: 'a' },
    createdAt: now,
  })
  return id
}

function addFunction(target: Store, name: string): FunctionRecord {
  const record: FunctionRecord = {
    arn: `arn:aws:lambda:us-east-1:${accountId}:function:${name}`,
    accountId,
    region: 'us-east-1',
    name,
    version: '$LATEST',
    runtime: 'nodejs24.x',
    handler: 'index.handler',
    roleArn: `arn:aws:iam::${accountId}:role/fn`,
    description: '',
    timeoutSeconds: 3,
    memorySizeMb: 128,
    architecture: 'x86_64',
    codeSha256: 'AAAA',
    codeSize: 1,
    ephemeralStorageMb: 512,
    tracingMode: 'PassThrough',
    logging: { LogFormat: 'Text', LogGroup: `/aws/lambda/${name}` },
    revisionId: 'r1',
    deploymentId: 'd1',
    status: 'Active',
    lastVersion: 0,
    tags: {},
    createdAt: now,
    modifiedAt: now,
  }
  target.functions.add(record)
  return record
}

describe('ids', () => {
  it('have the shapes AWS gives them', () => {
    expect(createUniqueId('AROA')).toMatch(/^AROA[A-Z0-9]{17}$/)
    expect(createAccessKeyId('ASIA')).toMatch(/^ASIA[A-Z0-9]{16}$/)
    expect(createSecretAccessKey()).toMatch(/^[A-Za-z0-9/+]{40}$/)
    expect(createSessionToken()).toMatch(/^[A-Za-z0-9/+]{384}$/)
    expect(createUrlId()).toMatch(/^[a-z0-9]{32}$/)
    expect(new Set(Array.from({ length: 100 }, () => createUrlId())).size).toBe(100)
  })
})

describe('Store.open()', () => {
  it('makes a private file in a private folder and keeps what was stored', () => {
    const file = join(folder, 'state', 'furlong.db')
    const first = Store.open(file)
    const seeded = first.seedAccount(accountId, now)
    const wal = statSync(`${file}-wal`).mode & 0o777
    first.close()
    expect(statSync(join(folder, 'state')).mode & 0o777).toBe(0o700)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(wal).toBe(0o600)
    const second = Store.open(file)
    expect(second.seedAccount(accountId)).toEqual(seeded)
    second.close()
  })

  it('refuses the file of a newer furlong', () => {
    const file = join(folder, 'furlong.db')
    Store.open(file).close()
    const database = new DatabaseSync(file)
    database.exec('PRAGMA user_version = 99')
    database.close()
    expect(() => Store.open(file)).toThrow(/schema version 99, written by a newer furlong/)
    expect(() => Store.open(file)).toThrow(LocalError)
  })

  it('refuses a file that is no database', () => {
    const file = join(folder, 'furlong.db')
    writeFileSync(file, 'not a database, but long enough to be looked at as one: '.repeat(30))
    expect(() => Store.open(file)).toThrow(expect.objectContaining({ code: 'StoreUnreadable' }))
  })
})

describe('Store.seedAccount()', () => {
  it('makes the administrator with AdministratorAccess and a key', () => {
    const seeded = store.seedAccount('444455556666', now)
    expect(seeded.userArn).toBe('arn:aws:iam::444455556666:user/administrator')
    const key = store.accessKey(seeded.accessKeyId)
    expect(key).toMatchObject({ active: true, accountId: '444455556666' })
    expect(key?.secretAccessKey).toBe(seeded.secretAccessKey)
    expect(store.identityPolicies(key?.principalId ?? '')).toEqual([
      {
        name: 'arn:aws:iam::aws:policy/AdministratorAccess',
        document: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
      },
    ])
    expect(store.accounts.list()).toEqual([accountId, '444455556666'])
  })

  it('makes a new key when the old one was switched off', () => {
    const first = store.seedAccount(accountId, now)
    store.accessKeys.setActive(first.accessKeyId, false)
    expect(store.accessKey(first.accessKeyId)?.active).toBe(false)
    expect(store.seedAccount(accountId, now).accessKeyId).not.toBe(first.accessKeyId)
  })

  it('refuses what is no account id', () => {
    expect(() => store.seedAccount('1234')).toThrow(TypeError)
  })
})

describe('Store.transaction()', () => {
  it('undoes everything when the work throws', () => {
    expect(() =>
      store.transaction(() => {
        addRole(store, 'gone')
        store.transaction(() => addRole(store, 'gone-too'))
        throw new Error('no')
      }),
    ).toThrow('no')
    expect(store.principals.list(accountId, 'role')).toEqual([])
  })
})

describe('principals', () => {
  it('are found by id, ARN and exact name, and taken in any case', () => {
    const id = addRole(store, 'Caller')
    const role = store.role(accountId, 'Caller')
    expect(role).toEqual(store.principal(id))
    expect(store.principals.byArn(`arn:aws:iam::${accountId}:role/Caller`)?.id).toBe(id)
    expect(role).toMatchObject({ type: 'role', tags: { team: 'a' }, maxSessionSeconds: 3600, createdAt: now })
    expect(store.role(accountId, 'caller')).toBeUndefined()
    expect(store.user(accountId, 'Caller')).toBeUndefined()
    expect(store.principals.isTaken(accountId, 'role', 'caller')).toBe(true)
  })

  it('take their policies, keys and sessions with them', () => {
    const id = addRole(store, 'caller')
    store.inlinePolicies.put(id, 'inline', '{}')
    store.managedPolicies.attach(id, 'arn:aws:iam::aws:policy/IAMFullAccess')
    expect(store.identityPolicies(id).map(({ name }) => name)).toEqual([
      'inline',
      'arn:aws:iam::aws:policy/IAMFullAccess',
    ])
    store.putSession({
      accessKeyId: 'ASIA1',
      secretAccessKey: 's',
      sessionToken: 't',
      kind: 'role',
      principalId: id,
      sessionName: 'here',
      issuedAt: now,
      expiresAt: new Date(now.getTime() + 3_600_000),
      policies: ['{}'],
      tags: {},
    })
    expect(store.session('ASIA1')).toMatchObject({
      principalId: id,
      accountId,
      policies: ['{}'],
      issuedAt: now,
    })
    store.principals.remove(id)
    expect(store.session('ASIA1')).toBeUndefined()
    expect(store.identityPolicies(id)).toEqual([])
  })

  it('have a boundary that can be set and cleared', () => {
    addRole(store, 'caller')
    const role = store.role(accountId, 'caller')
    if (role === undefined) throw new Error('no role')
    store.principals.update(role, { boundaryArn: 'arn:aws:iam::aws:policy/PowerUserAccess' })
    const bounded = store.principal(role.id)
    expect(bounded).toMatchObject({
      boundaryArn: 'arn:aws:iam::aws:policy/PowerUserAccess',
      trustPolicy: '{}',
    })
    store.principals.update(role, { boundaryArn: undefined })
    expect(store.principal(role.id)?.boundaryArn).toBeUndefined()
  })
})

describe('sessions', () => {
  it('are kept for a day after they expired', () => {
    const roleId = addRole(store, 'caller')
    const at = (hours: number): Date => new Date(now.getTime() + hours * 3_600_000)
    const session = (accessKeyId: string, issuedAt: Date): void =>
      store.putSession({
        accessKeyId,
        secretAccessKey: 's',
        sessionToken: 't',
        kind: 'role',
        principalId: roleId,
        sessionName: 'x',
        issuedAt,
        expiresAt: new Date(issuedAt.getTime() + 3_600_000),
        policies: [],
        tags: {},
      })
    session('ASIAOLD', at(0))
    session('ASIANEXT', at(24))
    expect(store.session('ASIAOLD')).toBeDefined()
    session('ASIALAST', at(26))
    expect(store.session('ASIAOLD')).toBeUndefined()
  })
})

describe('functions, URLs and policies', () => {
  it('go round through the file unchanged', () => {
    const record = addFunction(store, 'orders')
    expect(store.function(accountId, 'us-east-1', 'orders')).toEqual(record)
    expect(store.function(accountId, 'eu-west-1', 'orders')).toBeUndefined()
    const changed = { ...record, environment: { A: '1' }, tags: { t: 'v' }, revisionId: 'r2' }
    store.functions.replace(changed)
    expect(store.functionByArn(record.arn)).toEqual(changed)
  })

  it('that were not acknowledged when the process ended are not there, and updates of them not made', () => {
    const file = join(folder, 'state.db')
    const first = Store.open(file)
    first.seedAccount(accountId, now)
    const created = addFunction(first, 'created')
    const updated = addFunction(first, 'updated')
    first.functions.replace({ ...created, status: 'Pending' })
    first.functions.replace({ ...updated, status: 'Updating' })
    first.close()
    const second = Store.open(file)
    expect(second.functionByArn(created.arn)).toBeUndefined()
    expect(second.functionByArn(updated.arn)).toEqual(updated)
    second.close()
  })

  it('have versions and aliases, and keep the code of both', () => {
    const latest = addFunction(store, 'orders')
    const version = { ...latest, version: '1', latestDescription: 'd', codeSha256: 'BBBB' }
    store.versions.add(version)
    const { lastVersion: _, tags: _tags, createdAt: _at, ...published } = version
    expect(store.version(latest.arn, '1')).toEqual(published)
    expect(store.functions.codeHashes().sort()).toEqual(['AAAA', 'BBBB'])
    const alias = {
      functionArn: latest.arn,
      name: 'live',
      functionVersion: '1',
      description: '',
      additionalVersionWeights: { 2: 0.25 },
      revisionId: 'a1',
    }
    store.aliases.add(alias)
    store.versions.add({ ...version, version: '2' })
    expect(store.alias(latest.arn, 'live')).toEqual(alias)
    expect(store.version(latest.arn, 'live')?.version).toBe('1')
    expect(store.version(latest.arn, 'live', () => 0.24)?.version).toBe('2')
    expect(store.version(latest.arn, 'live', () => 0.25)?.version).toBe('1')
    expect(store.version(latest.arn)).toBe(store.functionByArn(latest.arn))
    expect(store.version(latest.arn, '3')).toBeUndefined()
    expect(store.version(latest.arn, 'dev')).toBeUndefined()
    store.functions.remove(latest.arn)
    expect(store.version(latest.arn, 'live')).toBeUndefined()
    expect(store.functions.codeHashes()).toEqual([])
  })

  it('give a function one URL per qualifier and every URL a port of its own', () => {
    const { arn } = addFunction(store, 'orders')
    const url = { functionArn: arn, authType: 'AWS_IAM', createdAt: now, modifiedAt: now } as const
    const cors = { AllowOrigins: ['https://a.example'], MaxAge: 60 }
    store.urls.add({ ...url, urlId: 'a', port: 20_000, cors })
    store.urls.add({ ...url, urlId: 'b', qualifier: 'live', invokeMode: 'RESPONSE_STREAM' })
    expect(store.functionUrl('a')).toEqual({ ...url, urlId: 'a', port: 20_000, cors })
    expect(store.functionUrls(arn).map(({ urlId }) => urlId)).toEqual(['a', 'b'])
    expect(store.urls.of(arn, 'live')).toMatchObject({ urlId: 'b', invokeMode: 'RESPONSE_STREAM' })
    expect(() => store.urls.add({ ...url, urlId: 'c' })).toThrow(/UNIQUE/)
    expect(() => store.urls.add({ ...url, urlId: 'c', qualifier: 'x', port: 20_000 })).toThrow(/UNIQUE/)
    store.putFunctionUrl({ ...url, urlId: 'b', qualifier: 'live', port: 20_001 })
    expect(store.allFunctionUrls().map(({ port }) => port)).toEqual([20_000, 20_001])
    store.functions.remove(arn)
    expect(store.allFunctionUrls()).toEqual([])
  })

  it('keep a policy per qualifier, in the key order of Lambda', () => {
    const { arn } = addFunction(store, 'orders')
    expect(store.functionPolicy(arn)).toBeUndefined()
    const statement = {
      Sid: 's',
      Effect: 'Allow',
      Principal: { AWS: 'AROAABCDEFGHIJKLMNOPQ' },
      Action: 'lambda:InvokeFunction',
      Resource: arn,
    } as const
    store.policies.put(arn, undefined, { statements: [statement], revisionId: 'p1' })
    expect(store.functionPolicy(arn)).toEqual({
      revisionId: 'p1',
      document: `{"Version":"2012-10-17","Id":"default","Statement":[{"Sid":"s","Effect":"Allow","Principal":{"AWS":"AROAABCDEFGHIJKLMNOPQ"},"Action":"lambda:InvokeFunction","Resource":"${arn}"}]}`,
    })
    expect(store.functionPolicy(arn, 'live')).toBeUndefined()
    store.policies.put(arn, undefined, { statements: [], revisionId: 'p2' })
    expect(store.functionPolicy(arn)).toBeUndefined()
  })
})

describe('a file of the first schema', () => {
  it('is brought up to date with all that it holds', () => {
    const file = join(folder, 'state.db')
    const old = new DatabaseSync(file)
    old.exec(migrations[0] ?? '')
    old.exec(`
      PRAGMA user_version = 1;
      INSERT INTO accounts VALUES ('${accountId}', 1);
      INSERT INTO principals VALUES ('AROA1', 'role', '${accountId}', 'caller', '/', 'arn:aws:iam::${accountId}:role/caller',
        'd', '{}', 3600, NULL, '{"k":"v"}', 1);
      INSERT INTO inlinePolicies VALUES ('AROA1', 'p', '{"inline":1}');
      INSERT INTO managedPolicies VALUES ('arn:m', 'ANPA1', '${accountId}', 'm', '/', NULL, '{"managed":1}', '{}', 2);
      INSERT INTO attachments VALUES ('AROA1', 'arn:m');
      INSERT INTO sessions VALUES ('ASIA1', 's', 't', 'AROA1', 'here', 1, 9, '["{}"]', '{"a":"b"}');
      INSERT INTO functions VALUES ('arn:f', '${accountId}', 'us-east-1', 'f', 'nodejs24.x', 'index.handler', 'arn:r', '', 3,
        128, NULL, 'x86_64', 'AAAA', 1, '{}', 'r1', 'd1', 1, 1);
      INSERT INTO functionPolicies VALUES ('arn:f', '', '[]');
    `)
    old.close()
    const opened = Store.open(file)
    expect(opened.identityPolicies('AROA1')).toEqual([
      { name: 'p', document: '{"inline":1}' },
      { name: 'arn:m', document: '{"managed":1}' },
    ])
    expect(opened.managedPolicy('arn:m')).toMatchObject({ versionId: 'v1', updatedAt: new Date(2) })
    expect(opened.session('ASIA1')).toMatchObject({
      kind: 'role',
      principalId: 'AROA1',
      sessionName: 'here',
      policies: ['{}'],
      tags: { a: 'b' },
      transitiveTagKeys: [],
    })
    expect(opened.functionByArn('arn:f')).toMatchObject({
      version: '$LATEST',
      status: 'Active',
      logging: { LogFormat: 'Text', LogGroup: '/aws/lambda/f' },
    })
    expect(opened.policies.get('arn:f')).toEqual({ statements: [], revisionId: 'r1' })
    opened.principals.remove('AROA1')
    expect(opened.session('ASIA1')).toBeUndefined()
    expect(opened.managedPolicies.attachmentCount('arn:m', accountId)).toBe(0)
    opened.close()
  })
})

describe('groups', () => {
  const add = (type: 'user' | 'group', name: string): string => {
    const id = createUniqueId(type === 'user' ? 'AIDA' : 'AGPA')
    const arn = `arn:aws:iam::${accountId}:${type}/${name}`
    store.principals.add({ id, type, accountId, name, path: '/', arn, tags: {}, createdAt: now })
    return id
  }

  it('lend their policies to their members', () => {
    const [user, group] = [add('user', 'ann'), add('group', 'staff')]
    store.inlinePolicies.put(group, 'p', '{}')
    expect(store.identityPolicies(user)).toEqual([])
    store.groupMembers.add(group, user)
    store.groupMembers.add(group, user)
    expect(store.identityPolicies(user)).toEqual([{ name: 'p of group staff', document: '{}' }])
    expect(store.groupMembers.users(group)).toEqual([user])
    store.principals.remove(group)
    expect(store.identityPolicies(user)).toEqual([])
    expect(store.groupMembers.groups(user)).toEqual([])
  })
})

describe('last uses', () => {
  it('are told at once, and written when the store closes', () => {
    const file = join(folder, 'state.db')
    const first = Store.open(file)
    const use = { usedAt: now, service: 'lambda', region: 'eu-west-1' }
    first.lastUses.note('AKIA1', use)
    expect(first.lastUses.get('AKIA1')).toEqual(use)
    expect(first.lastUses.get('AKIA2')).toBeUndefined()
    first.close()
    const second = Store.open(file)
    expect(second.lastUses.get('AKIA1')).toEqual(use)
    second.close()
  })
})
