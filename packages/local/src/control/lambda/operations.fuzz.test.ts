import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { CodeStore } from '../../store/code-store.ts'
import type { Store } from '../../store/store.ts'
import { handlerZip } from '../../testing/deploy-function.ts'
import { callPlane, createPlaneStore, planeAccount, planeRole } from '../../testing/lambda-plane.ts'
import type { ControlAnswer, ControlServices } from '../services.ts'
import type { LambdaOperation, Member } from './operation.ts'
import { lambdaOperations } from './operations.ts'

const zipFile = Buffer.from(handlerZip).toString('base64')

let folder = ''
let store: Store
let services: ControlServices
let ports = 20_000

const send = (method: string, target: string, body?: string): Promise<ControlAnswer> =>
  callPlane(services, method, target, body)

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'furlong-fuzz-'))
  store = createPlaneStore()
  services = {
    store,
    code: new CodeStore(folder),
    engine: { retire: async () => {} },
    accountConcurrency: 1000,
    events: { accept: () => {} },
    urls: {
      open: async (url) => ({ ...url, port: (ports += 1) }),
      close: async () => {},
      render: ({ port }) => `http://127.0.0.1:${port}/`,
    },
    authorize: () => ({ allowed: true }),
    invoke: async () => ({
      kind: 'result',
      payload: Buffer.from('1'),
      logLines: [],
      finished: Promise.resolve(),
    }),
  }
})

afterAll(() => {
  store.close()
  rmSync(folder, { recursive: true })
})

/** A function with a version and an alias, unless they are still there. */
async function setUp(): Promise<void> {
  const functions = '/2015-03-31/functions'
  const created = { FunctionName: 'a', Runtime: 'nodejs24.x', Handler: 'index.handler', Role: planeRole }
  await send('POST', functions, JSON.stringify({ ...created, Code: { ZipFile: zipFile }, Publish: true }))
  await send('POST', `${functions}/a/aliases`, JSON.stringify({ Name: 'live', FunctionVersion: '1' }))
}

/** Texts that mean something somewhere, so that calls come past the checks now and then. */
const telling = fc.constantFrom(
  'a',
  'a:live',
  'a:1',
  '$LATEST',
  '1',
  '2',
  'live',
  'dev',
  's',
  '*',
  'x'.repeat(200),
  'nodejs24.x',
  'index.handler',
  'lambda:InvokeFunction',
  'lambda:InvokeFunctionUrl',
  'JSON',
  planeAccount,
  planeRole,
  zipFile,
  `arn:aws:lambda:us-east-1:${planeAccount}:function:a`,
)

const text = fc.oneof({ weight: 4, arbitrary: telling }, fc.string())

function valueOf(member: Member): fc.Arbitrary<unknown> {
  const right: Readonly<Record<Member['type'], () => fc.Arbitrary<unknown>>> = {
    string: () => (member.values === undefined ? text : fc.constantFrom(...member.values, 'other')),
    blob: () => fc.oneof({ weight: 3, arbitrary: fc.constant(zipFile) }, text),
    integer: () => fc.oneof(fc.integer({ min: 1, max: 1024 }), fc.integer()),
    boolean: () => fc.boolean(),
    list: () => fc.array(member.item?.values === undefined ? text : fc.constantFrom(...member.item.values)),
    map: () => fc.dictionary(text, text),
    numbers: () => fc.dictionary(telling, fc.double()),
    structure: () => membersOf(member.members ?? {}),
  }
  return fc.oneof({ weight: 8, arbitrary: right[member.type]() }, fc.jsonValue())
}

/** Each member is there more often than not. */
function membersOf(members: Readonly<Record<string, Member>>): fc.Arbitrary<Record<string, unknown>> {
  const rows = Object.entries(members).map(([name, member]) =>
    fc.option(valueOf(member), { freq: 3, nil: undefined }).map((value) => [name, value] as const),
  )
  return fc
    .tuple(...rows)
    .map((entries) => Object.fromEntries(entries.filter(([, value]) => value !== undefined)))
}

/** Paths and queries hold texts alone. */
const write = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

interface RandomCall {
  readonly method: string
  readonly target: string
  readonly body: string
}

function callOf(operation: LambdaOperation): fc.Arbitrary<RandomCall> {
  return membersOf(operation.members).map((input) => {
    const placed = (from: Member['from']) =>
      Object.entries(input).filter(([name]) => operation.members[name]?.from === from)
    const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(write(input[name] ?? 'a').toWellFormed() || 'a'),
    )
    const query = new URLSearchParams(placed('query').map(([name, value]) => [name, write(value)]))
    const body = placed(undefined)
    return {
      method: operation.method,
      target: `${path}?${query.toString()}`,
      body: body.length === 0 ? '' : JSON.stringify(Object.fromEntries(body)),
    }
  })
}

describe('operations of Lambda', () => {
  it('answer whatever they are sent, and never fail themselves', async () => {
    const calls = fc.array(fc.oneof(...lambdaOperations.map(callOf)), { minLength: 20, maxLength: 20 })
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(calls, async (sequence) => {
        await setUp()
        for (const { method, target, body } of sequence) {
          const answer = await send(method, target, body)
          expect({ status: answer.status, message: answer.refusal?.message }).not.toMatchObject({
            status: 500,
          })
          if (answer.body.length > 0) JSON.parse(Buffer.from(answer.body).toString())
          seen.add(`${answer.operation} ${answer.status < 300}`)
        }
      }),
      { numRuns: 100 },
    )
    // Not only refusals: about half of the operations come to their ends.
    expect([...seen].filter((entry) => entry.endsWith(' true')).length).toBeGreaterThan(5)
  })
})
