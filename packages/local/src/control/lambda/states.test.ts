import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { CodeStore, type StoredCode } from '../../store/code-store.ts'
import type { Store } from '../../store/store.ts'
import { createZip } from '../../testing/deploy-function.ts'
import { callPlane, createPlaneStore, planeAccount, planeRole } from '../../testing/lambda-plane.ts'
import type { ControlServices } from '../services.ts'

const arn = `arn:aws:lambda:us-east-1:${planeAccount}:function:slow`
const functions = '/2015-03-31/functions'
const zipOf = (text: string): string => Buffer.from(createZip({ 'index.mjs': text })).toString('base64')

/** A code store that unpacks when it is told to. */
class GatedCode extends CodeStore {
  #gate: PromiseWithResolvers<void> = Promise.withResolvers()

  override async put(zip: Uint8Array, code?: StoredCode): Promise<StoredCode> {
    await this.#gate.promise
    return super.put(zip, code)
  }

  open(): void {
    this.#gate.resolve()
    this.#gate = Promise.withResolvers()
  }
}

let folder = ''
let store: Store
let code: GatedCode

type Answered = Record<string, unknown> & { readonly status: number }

async function send(method: string, target: string, body?: object): Promise<Answered> {
  const engine = { retire: () => Promise.resolve() }
  const urls = {
    open: () => Promise.reject(new Error('not opened')),
    close: async () => {},
    render: () => '',
  }
  const services: ControlServices = {
    store,
    code,
    engine,
    urls,
    accountConcurrency: 1000,
    events: { accept: () => {} },
    authorize: () => ({ allowed: true }),
    invoke: () => Promise.reject(new Error('not run')),
  }
  const answer = await callPlane(services, method, target, body === undefined ? '' : JSON.stringify(body))
  const text = Buffer.from(answer.body).toString()
  return { status: answer.status, ...(text === '' ? {} : (JSON.parse(text) as object)) }
}

const create = (input: object = {}): Promise<Answered> =>
  send('POST', functions, {
    FunctionName: 'slow',
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Role: planeRole,
    Code: { ZipFile: zipOf('export const handler = 1') },
    ...input,
  })

const update = (input: object = {}): Promise<Answered> =>
  send('PUT', `${functions}/slow/code`, { ZipFile: zipOf('export const handler = 2'), ...input })

const read = (qualifier = ''): Promise<Answered> => send('GET', `${functions}/slow/configuration${qualifier}`)

/** Lets a call that was begun come to its unpacking. */
const begun = (): Promise<void> => new Promise((done) => setImmediate(done))

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'furlong-states-'))
  code = new GatedCode(folder)
  store = createPlaneStore()
})

afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true })
})

describe('a function', () => {
  it('is pending while its code is unpacked: it can be read, not called or changed', async () => {
    const creating = create()
    await begun()
    const pending = await read()
    expect(pending).toMatchObject({
      State: 'Pending',
      StateReason: 'The function is being created.',
      StateReasonCode: 'Creating',
    })
    expect(pending).not.toHaveProperty('LastUpdateStatus')
    const notYet = {
      status: 409,
      Type: 'User',
      message:
        'The operation cannot be performed at this time. The function is currently in the following state: Pending',
    }
    expect(await send('POST', `${functions}/slow/invocations`)).toEqual(notYet)
    expect(await send('POST', '/2021-10-31/functions/slow/url', { AuthType: 'NONE' })).toEqual(notYet)
    const unsettled = `The operation cannot be performed at this time. The resource ${arn} is currently in the following state: 'Pending'. StateReasonCode: 'Creating'`
    expect(await update()).toMatchObject({ status: 409, message: unsettled })
    expect(await send('POST', `${functions}/slow/versions`, {})).toMatchObject({
      status: 409,
      message: unsettled,
    })
    expect(await create()).toMatchObject({ status: 409, message: 'Function already exist: slow' })
    code.open()
    const created = await creating
    expect(created).toMatchObject({ status: 201, State: 'Pending', RevisionId: pending['RevisionId'] })
    const active = await read()
    expect(active).toMatchObject({ State: 'Active', LastUpdateStatus: 'Successful' })
    expect(active).not.toHaveProperty('StateReason')
    expect(active['RevisionId']).not.toBe(created['RevisionId'])
  })

  it('takes nothing that would be lost with it while it is pending, and all of it afterwards', async () => {
    const tags = `/2017-03-31/tags/${encodeURIComponent(arn)}`
    const additions: readonly (readonly [method: string, target: string, body?: object])[] = [
      ['POST', tags, { Tags: { team: 'a' } }],
      ['DELETE', `${tags}?tagKeys=other`],
      [
        'POST',
        `${functions}/slow/policy`,
        { StatementId: 's', Action: 'lambda:InvokeFunction', Principal: '*' },
      ],
      ['PUT', '/2017-10-31/functions/slow/concurrency', { ReservedConcurrentExecutions: 5 }],
      ['DELETE', '/2017-10-31/functions/slow/concurrency'],
      ['POST', `${functions}/slow/aliases`, { Name: 'live', FunctionVersion: '$LATEST' }],
    ]
    const creating = create({ Tags: { first: '1' } })
    await begun()
    for (const [method, target, body] of additions) {
      expect(await send(method, target, body), `${method} ${target}`).toEqual({
        status: 409,
        Type: 'User',
        message: `The operation cannot be performed at this time. The resource ${arn} is currently in the following state: 'Pending'. StateReasonCode: 'Creating'`,
      })
    }
    code.open()
    await creating
    for (const [method, target, body] of additions) {
      expect((await send(method, target, body)).status, `${method} ${target}`).toBeLessThan(300)
    }
    expect(await send('GET', tags)).toMatchObject({ Tags: { first: '1', team: 'a' } })
  })

  it('was never there when its package is refused', async () => {
    const creating = create({ Code: { ZipFile: Buffer.from('no zip').toString('base64') } })
    await begun()
    expect(await read()).toMatchObject({ status: 200 })
    code.open()
    expect(await creating).toMatchObject({ status: 400 })
    expect(await read()).toMatchObject({ status: 404 })
  })

  it('can be deleted while it is pending, and made again', async () => {
    const first = create()
    await begun()
    expect(await send('DELETE', `${functions}/slow`)).toEqual({ status: 204 })
    const second = create({ Timeout: 9 })
    await begun()
    code.open()
    expect(await first).toMatchObject({ status: 201, Timeout: 3 })
    expect(await second).toMatchObject({ status: 201, Timeout: 9 })
    expect(await read()).toMatchObject({ State: 'Active', Timeout: 9 })
  })

  it('serves its old code while new code is unpacked, and takes one update at a time', async () => {
    const creating = create()
    code.open()
    const { CodeSha256: old } = await creating
    const updating = update({ Publish: true })
    await begun()
    expect(await read()).toMatchObject({
      State: 'Active',
      CodeSha256: old,
      LastUpdateStatus: 'InProgress',
      LastUpdateStatusReason: 'The function is being created.',
      LastUpdateStatusReasonCode: 'Creating',
    })
    const inProgress = {
      status: 409,
      Type: 'User',
      message: `The operation cannot be performed at this time. An update is in progress for resource: ${arn}`,
    }
    expect(await update()).toEqual(inProgress)
    expect(await send('PUT', `${functions}/slow/configuration`, { Timeout: 9 })).toEqual(inProgress)
    expect(await send('POST', `${functions}/slow/versions`, {})).toEqual(inProgress)
    code.open()
    const published = await updating
    expect(published).toMatchObject({
      status: 200,
      FunctionArn: `${arn}:1`,
      Version: '1',
      State: 'Pending',
      StateReasonCode: 'Creating',
    })
    expect(published['CodeSha256']).not.toBe(old)
    expect(await read()).toMatchObject({
      CodeSha256: published['CodeSha256'],
      LastUpdateStatus: 'Successful',
    })
    expect(await read('?Qualifier=1')).toMatchObject({
      State: 'Active',
      RevisionId: published['RevisionId'],
    })
  })

  it('keeps its code when the new package is refused', async () => {
    const creating = create()
    code.open()
    const { CodeSha256: old } = await creating
    const { RevisionId: revision } = await read()
    const updating = update({ ZipFile: Buffer.from('no zip').toString('base64') })
    await begun()
    code.open()
    expect(await updating).toMatchObject({ status: 400 })
    expect(await read()).toMatchObject({
      CodeSha256: old,
      RevisionId: revision,
      LastUpdateStatus: 'Successful',
    })
  })
})
