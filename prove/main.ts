/** `npm run prove -- <name> [--json]`: what is promised for any moment, tried at many of them. */
import { type Outcome, say } from '../conform/report.ts'

const proofs: Readonly<
  Record<string, () => Promise<{ run: (flags: readonly string[]) => Promise<Outcome> }>>
> = {
  kill: () => import('./run-kill.ts'),
}

const [name = '', ...flags] = process.argv.slice(2)
const load = Object.hasOwn(proofs, name) ? proofs[name] : undefined
if (load === undefined) {
  process.stderr.write(`Usage: npm run prove -- <${Object.keys(proofs).join('|')}> [--json]\n`)
  process.exitCode = 2
} else {
  const { run } = await load()
  const { rows, ok } = await run(flags)
  if (flags.includes('--json')) say(JSON.stringify({ name, rows }))
  if (!ok) process.exitCode = 1
}
