import { type Outcome, say } from './report.ts'

/** What can be run, by name; each is loaded when it is asked for. */
export type Named = Readonly<
  Record<string, () => Promise<{ run: (flags: readonly string[]) => Promise<Outcome> }>>
>

/**
 * Runs what the command line names, and sets the exit code: 1 when it did not hold, 2 for a name that is not there.
 *
 * @param script of npm, for the usage: `conform`
 * @param table what can be run
 */
export async function runNamed(script: string, table: Named): Promise<void> {
  const [name = '', ...flags] = process.argv.slice(2)
  const load = Object.hasOwn(table, name) ? table[name] : undefined
  if (load === undefined) {
    process.stderr.write(`Usage: npm run ${script} -- <${Object.keys(table).join('|')}> [--json]\n`)
    process.exitCode = 2
    return
  }
  const { run } = await load()
  const { rows, ok } = await run(flags)
  if (flags.includes('--json')) say(JSON.stringify({ name, rows }))
  if (!ok) process.exitCode = 1
}
