import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** A process that was started and has said that it is ready. */
export interface Started {
  readonly child: ChildProcess
  readonly firstLine: string
  /** From spawning to the first line. */
  readonly readyMs: number
}

/** How a program is started. */
export interface Starting {
  /** Where the line is expected; default stdout. */
  readonly from?: 'stdout' | 'stderr'
  /** What the line looks like; default any. */
  readonly until?: RegExp
  readonly cwd?: string
  /** Beside this process's own. */
  readonly env?: Readonly<Record<string, string>>
}

/**
 * Starts a program and waits for the line that says it is ready.
 *
 * @param argv arguments of node
 * @param starting where it runs, and what is waited for
 */
export async function start(argv: readonly string[], starting: Starting = {}): Promise<Started> {
  const { from = 'stdout', until = /^/, cwd, env } = starting
  const at = performance.now()
  const child = spawn(process.execPath, argv, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const errors: string[] = []
  if (from === 'stdout') child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString('utf8')))
  else child.stdout.resume()
  const firstLine = await new Promise<string>((done, fail) => {
    createInterface({ input: child[from] }).on('line', (line) => {
      if (until.test(line)) done(line)
    })
    child.once('exit', (code) =>
      fail(new Error(`${argv.join(' ')} ended with ${code} before it was ready. ${errors.join('')}`)),
    )
  })
  return { child, firstLine, readyMs: performance.now() - at }
}

/** Ends a program and waits until it is gone. */
export async function end({ child }: Started): Promise<void> {
  if (child.exitCode !== null) return
  const gone = new Promise((done) => child.once('exit', done))
  child.kill('SIGTERM')
  await gone
}
