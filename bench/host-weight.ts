/** What hosts weigh in a cold start: the time their import takes, and the size of their bundles. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { end, start } from './child.ts'
import type { Goal, Row } from './report.ts'
import { type Bundle, measureBundle } from './size.ts'
import { median } from './stats.ts'

const rounds = 31
const here = new URL('.', import.meta.url).pathname

/** Tells how long the import of the module named after it takes, in a process that has imported nothing before. */
const importer =
  'const at = performance.now(); await import(process.argv[1]); console.log(performance.now() - at)'

/** What a function that hosts something imports. */
const imports: Readonly<Record<string, string>> = {
  '@furlong/host': "export { toLambda } from '@furlong/host'",
  'hono/aws-lambda': "export { handle } from 'hono/aws-lambda'",
  srvx: "export { toLambdaHandler } from 'srvx/aws-lambda'",
  'serverless-http': "export { default } from 'serverless-http'",
  'serverless-express': "export { default } from '@codegenie/serverless-express'",
  '@fastify/aws-lambda': "export { default } from '@fastify/aws-lambda'",
  '@h4ad/serverless-adapter':
    "export { ServerlessAdapter } from '@h4ad/serverless-adapter'; export { ApiGatewayV2Adapter } from '@h4ad/serverless-adapter/adapters/aws'; export { ExpressFramework } from '@h4ad/serverless-adapter/frameworks/express'; export { AwsStreamHandler } from '@h4ad/serverless-adapter/handlers/aws'",
}

const host = '@furlong/host'
const importGoal: Goal = { atMost: 5 }
const sizeGoals = { fetch: 7 * 1024, node: 12 * 1024 } as const

/** @returns milliseconds over an empty module, as installed and as one file, and bytes of bundles */
export async function weightRows(): Promise<Row[]> {
  return [...(await importRows()), ...(await sizeRows())]
}

async function importRows(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'furlong-bench-'))
  try {
    const empty = join(folder, 'empty.mjs')
    await writeFile(empty, '')
    const modules = new Map([['empty', pathToFileURL(empty).href]])
    modules.set(`${host}, as installed`, import.meta.resolve(host))
    for (const [name, code] of Object.entries(imports)) {
      const file = join(folder, `${modules.size}.mjs`)
      await writeFile(file, await bundle(code))
      modules.set(`${name}, one file`, pathToFileURL(file).href)
    }
    return summarize(await timeImports(modules))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function bundle(code: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: here },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'node',
    logLevel: 'silent',
    banner: {
      js: "import { createRequire as benchRequire } from 'node:module'; const require = benchRequire(import.meta.url);",
    },
  })
  return outputFiles[0]?.text ?? ''
}

/** Interleaved, in an order that turns: what disturbs one disturbs all. */
async function timeImports(modules: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, number[]>> {
  const times = new Map([...modules.keys()].map((name): [string, number[]] => [name, []]))
  const order = [...modules]
  for (let round = -1; round < rounds; round += 1) {
    order.push(...order.splice(0, 1))
    for (const [name, url] of order) {
      const started = await start(['--input-type=module', '-e', importer, url])
      await end(started)
      if (round >= 0) times.get(name)?.push(Number(started.firstLine))
    }
  }
  return times
}

function summarize(times: ReadonlyMap<string, readonly number[]>): Row[] {
  const empty = times.get('empty') ?? []
  const rows: Row[] = [{ row: 'import: an empty module', value: median(empty), unit: 'ms' }]
  for (const [name, own] of times) {
    if (name === 'empty') continue
    const value = median(own.map((ms, round) => ms - (empty[round] ?? Number.NaN)))
    const row: Row = { row: `import over an empty module: ${name}`, value, unit: 'ms' }
    rows.push(name.startsWith(host) ? { ...row, goal: importGoal } : row)
  }
  return rows
}

async function sizeRows(): Promise<Row[]> {
  const code = imports[host] ?? ''
  const bundles: Bundle[] = [
    // Without the condition `node`, what Node listeners need stays out.
    {
      row: 'bundle: @furlong/host, fetch applications',
      code,
      platform: 'browser',
      goal: { atMost: sizeGoals.fetch },
    },
    {
      row: 'bundle: @furlong/host, with Node listeners',
      code,
      platform: 'node',
      goal: { atMost: sizeGoals.node },
    },
  ]
  for (const [name, peer] of Object.entries(imports)) {
    if (name !== host) bundles.push({ row: `bundle: ${name}`, code: peer, platform: 'node' })
  }
  const rows: Row[] = []
  for (const one of bundles) rows.push(await measureBundle(one))
  return rows
}
