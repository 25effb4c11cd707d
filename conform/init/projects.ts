/** Projects as `furlong init` makes them: tested by their own tests, compiled, deployed and called. */
import { execFile } from 'node:child_process'
import { delimiter, dirname, join } from 'node:path'
import type { Place } from '../../packages/furlong/src/testing/program.ts'

/** The kinds of projects. */
export const kinds = ['hono', 'express', 'python'] as const
export type Kind = (typeof kinds)[number]

/** Where projects are tried. */
export interface Workshop {
  readonly place: Place
  /** Puts furlong, and what else the project needs, into the folder of a project. */
  readonly install: (folder: string) => Promise<void>
  /** Environment variables beside those of the place, such as pip's. */
  readonly variables?: Readonly<Record<string, string>>
}

/** npm and what it starts run on the Node of this process. */
export const path: string = [dirname(process.execPath), process.env['PATH']].join(delimiter)

/**
 * Makes a project and goes through what its README promises.
 *
 * @param kind of project
 * @param workshop where
 * @throws {Error} with the first step that failed and all that it wrote
 */
export async function tryProject(kind: Kind, { place, install, variables = {} }: Workshop): Promise<void> {
  const name = `my-${kind}`
  const made = await place.run('init', name, `--${kind}`)
  if (made.code !== 0) throw new Error(`furlong init: ${made.err}`)
  const folder = join(place.folder, name)
  await install(folder)
  const env = { ...place.env, ...variables, PATH: path }
  const run = (program: string, ...words: string[]): Promise<string> => runIn(folder, env, program, words)
  const furlong = (...words: string[]): Promise<string> =>
    run(join(folder, 'node_modules/.bin/furlong'), ...words)

  const tested = await run('npm', 'test')
  if (!/Tests .*4 passed|pass 4/.test(tested))
    throw new Error(`npm test ran other tests than four:\n${tested}`)
  if (kind !== 'python') await run('npm', 'run', 'check')
  const up = await furlong('up', '--detach', '--port', '0')
  try {
    await furlong('deploy')
    const answer = await furlong('call', name)
    if (!answer.includes('arn:aws:iam::111122223333:'))
      throw new Error(`the call does not tell its caller:\n${answer}`)
  } finally {
    await furlong('down', '--port', /127\.0\.0\.1:(\d+)/.exec(up)?.[1] ?? '')
  }
}

/** @returns all that it wrote */
function runIn(
  cwd: string,
  env: Readonly<Record<string, string>>,
  program: string,
  words: readonly string[],
): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, words, { cwd, env, maxBuffer: 1 << 26 }, (error, out, err) => {
      if (error === null) resolve(out + err)
      else reject(new Error(`${[program, ...words].join(' ')}: ${error.message}\n${out}${err}`))
    })
  })
}
