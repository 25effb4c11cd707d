import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Reporter, startVitest } from 'vitest/node'
import { iamOperations } from '../../packages/local/src/control/iam/operations.ts'
import { lambdaOperations } from '../../packages/local/src/control/lambda/operations.ts'
import { unservedOperations } from '../../packages/local/src/control/lambda/unserved.ts'
import type { ControlService } from '../../packages/local/src/control/services.ts'
import { stsOperations } from '../../packages/local/src/control/sts/operations.ts'
import { type Local, startLocal } from '../../packages/local/src/start.ts'
import { call } from '../../packages/local/src/testing/call.ts'
import { sdkOperations } from '../../packages/local/src/testing/sdk-operations.ts'
import { type Outcome, type Row, say, sayTable } from '../report.ts'
import { type Call, callsVariable, type Client, clientOf, operationOf } from './calls.ts'

/** The tests whose calls are counted. */
const tests = 'packages/local/src/control'

const served: Readonly<Record<ControlService, readonly string[]>> = {
  lambda: lambdaOperations.map(({ name }) => name),
  iam: [...iamOperations.keys()],
  sts: [...stsOperations.keys()],
}

/** Says nothing while the tests run: the table says what they did. */
const quiet: Reporter = {
  onTestRunEnd: (modules) => {
    const failed = modules.filter((module) => !module.ok())
    say(`${modules.length - failed.length} of ${modules.length} test files of ${tests} passed.`)
    for (const { relativeModuleId } of failed) say(`FAILED ${relativeModuleId}`)
  },
}

/** How often a client called an operation. */
interface Tally {
  answered: number
  refused: number
}

type Tallies = ReadonlyMap<string, Readonly<Record<Client, Tally>>>

/**
 * Shows every operation that the AWS SDK knows of the services furlong has: whether it is served, by which clients the
 * tests of the control plane call it, and whether one that is not served is refused by its name. The calls are counted
 * while the tests run; the refusals are asked for.
 * @returns the counts; not ok when an operation is neither served nor refused by name, or served and called by no client
 */
export async function run(): Promise<Outcome> {
  const tallies = await countCalls()
  const local = await startLocal({ memory: true })
  try {
    const outcomes = [
      await showService(local, 'lambda', tallies),
      await showService(local, 'iam', tallies),
      await showService(local, 'sts', tallies),
    ]
    return { rows: outcomes.flatMap(({ rows }) => rows), ok: outcomes.every(({ ok }) => ok) }
  } finally {
    await local.close()
  }
}

async function countCalls(): Promise<Tallies> {
  const folder = mkdtempSync(join(tmpdir(), 'furlong-operations-'))
  const file = join(folder, 'calls.jsonl')
  writeFileSync(file, '')
  process.env[callsVariable] = file
  try {
    const vitest = await startVitest('test', [tests], {
      watch: false,
      reporters: [quiet],
      setupFiles: [fileURLToPath(new URL('count-calls.ts', import.meta.url))],
    })
    await vitest.close()
    return tally(readFileSync(file, 'utf8'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function tally(lines: string): Tallies {
  const tallies = new Map<string, Record<Client, Tally>>()
  for (const line of lines.split('\n').filter((text) => text !== '')) {
    const made = JSON.parse(line) as Call
    const client = clientOf(made)
    const operation = operationOf(made)
    if (client === undefined || operation === undefined) continue
    const known = tallies.get(operation) ?? {
      sdk: { answered: 0, refused: 0 },
      cli: { answered: 0, refused: 0 },
    }
    known[client][made.status < 400 ? 'answered' : 'refused'] += 1
    tallies.set(operation, known)
  }
  return tallies
}

async function showService(local: Local, service: ControlService, tallies: Tallies): Promise<Outcome> {
  const names = served[service].toSorted()
  const others = sdkOperations[service].filter((name) => !names.includes(name)).toSorted()
  const silent: string[] = []
  for (const name of others) if (!(await isRefusedByName(local, service, name))) silent.push(name)
  const calledBy = (client: Client): readonly string[] =>
    names.filter((name) => (tallies.get(`${service}:${name}`)?.[client].answered ?? 0) > 0)
  const untested = names.filter((name) => !calledBy('sdk').includes(name) && !calledBy('cli').includes(name))
  say()
  sayTable([
    [service, 'SDK answered', 'refused', 'CLI answered', 'refused'],
    ...names.map((name) => [name, ...cellsOf(tallies.get(`${service}:${name}`))]),
  ])
  say(`Refused by name: ${others.filter((name) => !silent.includes(name)).join(', ')}.`)
  if (silent.length > 0) say(`NEITHER SERVED NOR REFUSED BY NAME: ${silent.join(', ')}.`)
  if (untested.length > 0) say(`SERVED AND CALLED BY NO TEST: ${untested.join(', ')}.`)
  const row = (what: string, value: number): Row => ({
    row: `${service}: ${what}`,
    value,
    unit: 'operations',
  })
  const rows = [
    row('served', names.length),
    row('called by the SDK', calledBy('sdk').length),
    row('called by the CLI', calledBy('cli').length),
    row('refused by name', others.length - silent.length),
  ]
  say(rows.map(({ row: what, value }) => `${what} ${value}`).join(', '))
  return { rows, ok: silent.length === 0 && untested.length === 0 }
}

function cellsOf(known: Readonly<Record<Client, Tally>> | undefined): readonly string[] {
  const cell = (count = 0): string => (count === 0 ? '-' : String(count))
  return [
    cell(known?.sdk.answered),
    cell(known?.sdk.refused),
    cell(known?.cli.answered),
    cell(known?.cli.refused),
  ]
}

const queryVersions = { iam: '2010-05-08', sts: '2011-06-15' } as const

async function isRefusedByName(local: Local, service: ControlService, name: string): Promise<boolean> {
  const [credentials] = local.accounts
  if (credentials === undefined) throw new TypeError('The side has no account.')
  if (service !== 'lambda') {
    const { status, body } = await call({
      url: `${local.endpoint}/`,
      method: 'POST',
      service,
      headers: [['content-type', 'application/x-www-form-urlencoded']],
      body: `Action=${name}&Version=${queryVersions[service]}`,
      credentials,
    })
    return status === 400 && body.includes(name)
  }
  // Some rows stand for two operations, which only a query parameter tells apart.
  const row = unservedOperations.find((unserved) => unserved.name.split(' or ').includes(name))
  if (row === undefined) return false
  const path = row.path.replaceAll(/\{\w+\}/g, 'x')
  const { status, body } = await call({ url: local.endpoint + path, method: row.method, credentials })
  return status === 404 && body.includes(name)
}
