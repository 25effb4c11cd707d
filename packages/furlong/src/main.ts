import type { Context } from './context.ts'
import { run } from './run.ts'
import { watchReader } from './watch-reader.ts'

/**
 * Runs furlong in this process.
 * @param argv the words after `furlong`
 * @returns the exit code; the process is not ended
 */
export async function main(argv: readonly string[]): Promise<number> {
  silenceSqliteWarning()
  // `furlong logs | head` closes the pipe early: that is no error of ours.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      process.exit()
    })
  }
  return run(argv, createProcessContext())
}

/** Node 22 warns that its SQLite is experimental, on the stream whose first line is the endpoint. */
function silenceSqliteWarning(): void {
  const emit = process.emitWarning.bind(process)
  process.emitWarning = (warning: string | Error, ...rest: never[]) => {
    if (!String(warning).includes('SQLite is an experimental feature')) emit(warning, ...rest)
  }
}

/** By ctrl-c, by whoever ends processes, and by a terminal that is closed. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

function createProcessContext(): Context {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    now: () => new Date(),
    program: process.argv[1] ?? '',
    onReaderGone: watchReader,
    onSignal: (listener) => {
      for (const signal of signals) process.on(signal, listener)
      return () => {
        for (const signal of signals) process.off(signal, listener)
      }
    },
  }
}
