import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { installRuntimes } from '../sigv4/runtimes.ts'
import { type Outcome, type Row, say, sayTable } from '../report.ts'
import { listClients } from './clients.ts'
import { tryChromium } from './chromium.ts'
import { isRight, judge, tryClient, type Way, ways } from './reach.ts'
import { openStage, type Stage } from './stage.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

interface Line {
  readonly client: string
  readonly results: Partial<Readonly<Record<Way, string>>>
  /** Whether it could be run here at all. */
  readonly isHere: boolean
}

/**
 * Calls one function URL with programs that were not made for furlong, by every way there is, and from inside functions.
 * @param flags `--client=<text>` runs the programs whose name holds it
 * @returns one row for each client and way
 */
export async function run(flags: readonly string[] = []): Promise<Outcome> {
  const [, wanted = ''] =
    flags.map((flag) => /^--client=(.+)$/.exec(flag)).find((match) => match !== null) ?? []

  await promisify(execFile)(process.execPath, [`${root}build.ts`])
  const failure = await installRuntimes()
  if (failure !== undefined) say(failure)
  const stage = await openStage()
  try {
    const lines: Line[] = []
    for (const client of listClients().filter(({ name }) => name.includes(wanted))) {
      const results: Partial<Record<Way, string>> = {}
      const tried: readonly Way[] = client.calls === 'api' ? ['aws'] : (Object.keys(ways) as Way[])
      for (const way of tried) results[way] = await tryClient(client, way, stage)
      lines.push({ client: client.name, results, isHere: client.command !== undefined })
    }
    lines.push(...(await tryFunctions(stage)))
    const browser = await tryChromium(stage)
    lines.push({ client: 'Chromium, a page', ...browser })
    return show(lines)
  } finally {
    await stage.close()
  }
}

async function tryFunctions({ functions }: Stage): Promise<Line[]> {
  const lines: Line[] = []
  for (const { name, call } of functions) {
    const aws = await call().then(judge, (error: unknown) => String(error).slice(0, 160))
    lines.push({
      client: `a function, ${name}`,
      results: { aws },
      isHere: !/No module|RuntimeMissing/.test(aws),
    })
  }
  return lines
}

function show(lines: readonly Line[]): Outcome {
  const names = Object.keys(ways) as Way[]
  sayTable([
    ['client', ...names.map((way) => ways[way])],
    ...lines.map(({ client, results }) => [client, ...names.map((way) => results[way] ?? '')]),
  ])
  const rows: Row[] = lines.flatMap(({ client, results }) =>
    Object.entries(results).map(([way, result]) => ({
      row: `${client}, ${ways[way as Way]}${result === 'pass' ? '' : `: ${result}`}`,
      value: result === 'pass' ? 1 : 0,
      unit: 'passed',
    })),
  )
  const passed = rows.filter(({ value }) => value === 1).length
  say()
  say(
    `${passed} of ${rows.length} passed; each makes three calls: its own key, a wrong secret (403), a user without permission (403).`,
  )
  const ok = lines.every(
    ({ results, isHere }) =>
      !isHere || Object.entries(results).every(([way, result]) => isRight(result, way as Way)),
  )
  return { rows, ok }
}
