/** `npm run bench -- <name> [--json]` */
import { report, type Row } from './report.ts'

const benchmarks: Readonly<Record<string, () => Promise<{ run: () => Promise<Row[]> }>>> = {
  local: () => import('./local.ts'),
  start: () => import('./start.ts'),
}

const [name = '', ...flags] = process.argv.slice(2)
const load = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined
if (load === undefined) {
  console.error(`Usage: npm run bench -- <${Object.keys(benchmarks).join('|')}> [--json]`)
  process.exitCode = 2
} else {
  const { run } = await load()
  report(name, await run(), flags.includes('--json'))
}
