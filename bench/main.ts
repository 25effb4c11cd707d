/** `npm run bench -- <name> [--json]`: builds the packages, since the shipped code is what is measured. */
import { spawnSync } from 'node:child_process'
import { report, type Row } from './report.ts'

const benchmarks: Readonly<Record<string, () => Promise<{ run: () => Promise<Row[]> }>>> = {
  sign: () => import('./sign.ts'),
  verify: () => import('./verify.ts'),
  decide: () => import('./decide.ts'),
  host: () => import('./host.ts'),
  growth: () => import('./growth.ts'),
  size: () => import('./size.ts'),
  local: () => import('./local.ts'),
  cold: () => import('./cold.ts'),
  dev: () => import('./dev.ts'),
  many: () => import('./many.ts'),
  start: () => import('./start.ts'),
  cli: () => import('./cli.ts'),
  console: () => import('./console.ts'),
}

const [name = '', ...flags] = process.argv.slice(2)
const load = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined
if (load === undefined) {
  console.error(`Usage: npm run bench -- <${Object.keys(benchmarks).join('|')}> [--json]`)
  process.exitCode = 2
} else if (!build()) {
  console.error('The packages could not be built, so there is nothing of theirs to measure.')
  process.exitCode = 1
} else {
  const { run } = await load()
  report(name, await run(), flags.includes('--json'))
}

function build(): boolean {
  const program = new URL('../build.ts', import.meta.url).pathname
  const { status } = spawnSync(process.execPath, [program], { stdio: ['ignore', 2, 2] })
  return status === 0
}
