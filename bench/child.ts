import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** A process that was started and has said its first line. */
export interface Started {
  readonly child: ChildProcess
  readonly firstLine: string
  /** From spawning to the first line. */
  readonly readyMs: number
}

/**
 * Starts a program and waits for its first line.
 *
 * @param argv arguments of node
 * @param stream where the line is expected
 */
export async function start(
  argv: readonly string[],
  stream: 'stdout' | 'stderr' = 'stdout',
): Promise<Started> {
  const at = performance.now()
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] })
  const errors: string[] = []
  if (stream === 'stdout') child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString('utf8')))
  const firstLine = await new Promise<string>((done, fail) => {
    createInterface({ input: child[stream] }).once('line', done)
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
