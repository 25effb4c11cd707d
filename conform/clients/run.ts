import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Outcome, type Row, say, sayTable } from '../report.ts'
import { type Result, tryCells } from './cells.ts'
import { type Client, listClients } from './clients.ts'
import { expectedFailures, findExpected } from './expected.ts'
import { type Table, writePage } from './page.ts'
import { listRecordedCells } from './recorded.ts'
import { type MatrixRequest, requests } from './requests.ts'
import { openStage, type Stage, type Way, ways } from './stage.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const execute = promisify(execFile)

/** One request of one client by one way. */
interface Cell {
  readonly client: string
  readonly way: Way
  readonly request: string
  readonly group: MatrixRequest['group']
  readonly result: Result
  /** Shown, and not judged. */
  readonly isUnjudged?: boolean
}

/**
 * Calls function URLs with every signing client there is, by every way to reach one, with requests that are hard to sign.
 *
 * @param flags `--client=<text>` runs those whose name holds it; `--write` writes docs/clients.md
 * @returns one row for each client and way; not ok when a result is another than expected
 */
export async function run(flags: readonly string[]): Promise<Outcome> {
  const wanted = flags.find((flag) => flag.startsWith('--client='))?.slice('--client='.length) ?? ''
  await execute(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-b'], { cwd: root })
  await installPeers()
  const clients = listClients().filter(({ name }) => name.includes(wanted))
  const cells: Cell[] = listRecordedCells().filter(({ client }) => client.includes(wanted))
  const stage = await openStage()
  try {
    for (const client of clients.filter(({ command }) => command !== undefined)) {
      for (const way of waysOf(client, stage)) cells.push(...(await runClient(client, way, stage)))
      say(`${client.name}: ${cells.filter((cell) => cell.client === client.name).length} requests`)
    }
  } finally {
    await stage.close()
  }
  const notRun = listNotRun(clients, stage)
  const tables = {
    byWay: createTable(cells, 'client', ways, ({ way }) => way),
    byGroup: createTable(cells, 'client', groupNames, ({ group }) => group),
    failing: listFailing(cells),
    notRun,
  }
  for (const table of Object.values(tables)) {
    say()
    sayTable(table)
  }
  const wrong = cells.filter((cell) => !isRight(cell))
  say()
  say(
    `${cells.length} requests: ${cells.filter(({ result }) => result === 'pass').length} passed, ${cells.filter((cell) => cell.result !== 'pass' && isRight(cell)).length} failed as expected, ${wrong.length} otherwise`,
  )
  for (const { client, way, request, result } of wrong) {
    const expected = findExpected(client, request)?.result ?? 'pass'
    say(`WRONG ${client}, ${ways[way]}, ${request}: ${result} instead of ${expected}`)
  }
  if (flags.includes('--write')) await writePage(tables)
  return { rows: listRows(cells), ok: wrong.length === 0 && cells.length > 0 }
}

/** Nothing else needs them, and they bring other versions of what is here. */
async function installPeers(): Promise<void> {
  const folder = fileURLToPath(new URL('peers', import.meta.url))
  if (existsSync(`${folder}/node_modules/aws4-axios`)) return
  const options = ['--no-audit', '--no-fund', '--loglevel=error']
  // Without a registry they are shown as not run.
  await execute('npm', ['ci', '--prefix', folder, ...options]).catch((error: unknown) => say(String(error)))
}

function waysOf({ calls }: Client, { reaches }: Stage): Way[] {
  const all = (Object.keys(ways) as Way[]).filter((way) => way !== 'host' || reaches.host.before.length > 0)
  return calls === 'url' ? all : ['port', 'aws']
}

async function runClient(client: Client, way: Way, stage: Stage): Promise<Cell[]> {
  const results = await tryCells(client, way, stage)
  return requests.flatMap(({ id, group }) => {
    const result = results.get(id)
    const isUnjudged = client.isUnjudged !== undefined
    return result === undefined ? [] : [{ client: client.name, way, request: id, group, result, isUnjudged }]
  })
}

const isRight = ({ client, request, result, isUnjudged = false }: Cell): boolean =>
  isUnjudged || result === (findExpected(client, request)?.result ?? 'pass')

const groupNames: Readonly<Record<MatrixRequest['group'], string>> = {
  GET: 'GET',
  'POST JSON': 'POST JSON',
  binary: 'binary',
  'empty body': 'empty body',
  stream: 'streamed answer',
}

function createTable<Column extends string>(
  cells: readonly Cell[],
  title: string,
  columns: Readonly<Record<Column, string>>,
  columnOf: (cell: Cell) => Column,
): Table {
  const names = Object.keys(columns) as Column[]
  const lines = [...Map.groupBy(cells, ({ client }) => client)].map(([client, own]) => [
    client,
    ...names.map((name) => countUp(own.filter((cell) => columnOf(cell) === name))),
  ])
  return [[title, ...names.map((name) => columns[name])], ...lines]
}

/** `19 + 6 of 25`: passed, failed as expected; what went wrong stands out. */
function countUp(cells: readonly Cell[]): string {
  if (cells.length === 0) return '–'
  const passed = cells.filter(({ result }) => result === 'pass').length
  const expected = cells.filter((cell) => cell.result !== 'pass' && isRight(cell)).length
  const wrong = cells.length - passed - expected
  const more = `${expected === 0 ? '' : ` + ${expected}`}${wrong === 0 ? '' : ` WRONG ${wrong}`}`
  return `${passed}${more} of ${cells.length}`
}

function listFailing(cells: readonly Cell[]): Table {
  const seen = expectedFailures.filter((row) =>
    cells.some(({ client, request }) => findExpected(client, request) === row),
  )
  return [
    ['client', 'request', 'here', 'why', 'on AWS'],
    ...seen.map(({ clients, requests: ids, result, says, onAws }) => [
      clients.join(', '),
      ids.join('; '),
      result,
      says,
      onAws,
    ]),
  ]
}

function listNotRun(clients: readonly Client[], { reaches }: Stage): Table {
  const absent = clients.filter(({ command }) => command === undefined)
  const unjudged = clients.filter(({ isUnjudged }) => isUnjudged !== undefined)
  return [
    ['what', 'why'],
    ...absent.map(({ name, why = '' }) => [name, why]),
    ...unjudged.map(({ name, isUnjudged = '' }) => [`${name}: shown, not judged`, isUnjudged]),
    ...(reaches.host.before.length === 0
      ? [['names below localhost', 'this system lets nobody name them for one process']]
      : []),
    [
      'the AWS CLI on a function URL',
      'it calls APIs alone: its row is `aws lambda invoke` of the same function',
    ],
  ]
}

function listRows(cells: readonly Cell[]): Row[] {
  return [...Map.groupBy(cells, ({ client, way }) => `${client}, ${ways[way]}`)].map(([row, own]) => ({
    row,
    value: own.filter(({ result }) => result === 'pass').length,
    unit: `passed of ${own.length}, ${own.filter((cell) => cell.result !== 'pass' && isRight(cell)).length} more failed as expected`,
  }))
}
