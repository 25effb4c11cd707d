/** `npm run conform -- <name> [--json]` */
import { type Outcome, say } from './report.ts'

const suites: Readonly<
  Record<string, () => Promise<{ run: (flags: readonly string[]) => Promise<Outcome> }>>
> = {
  sigv4: () => import('./sigv4/run.ts'),
  fuzz: () => import('./fuzz/run.ts'),
  host: () => import('./host/run.ts'),
  url: () => import('./url/run.ts'),
  iam: () => import('./iam/run.ts'),
  explanations: () => import('./iam/explanations.ts'),
  operations: () => import('./operations/run.ts'),
  mutate: () => import('./mutate/run.ts'),
  reach: () => import('./reach/run.ts'),
}

const [name = '', ...flags] = process.argv.slice(2)
const load = Object.hasOwn(suites, name) ? suites[name] : undefined
if (load === undefined) {
  process.stderr.write(`Usage: npm run conform -- <${Object.keys(suites).join('|')}> [--json]\n`)
  process.exitCode = 2
} else {
  const { run } = await load()
  const { rows, ok } = await run(flags)
  if (flags.includes('--json')) say(JSON.stringify({ name, rows }))
  if (!ok) process.exitCode = 1
}
