/** The AWS CLI, version 1, as one process that takes many commands. */
import { spawn, spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('aws-cli.py', import.meta.url))

/** Why it cannot be run here, as a part of a test's title; empty when it can. */
export const cliObstacle: string =
  spawnSync('python3', ['-c', 'import awscli.clidriver']).status === 0
    ? ''
    : 'skipped: python3 has no module awscli'

/** A running CLI. */
export interface AwsCli {
  /**
   * Runs one command.
   *
   * @returns what it printed: JSON, or nothing
   * @throws {Error} with what it wrote to stderr
   */
  readonly run: (...words: string[]) => Promise<string>
  readonly close: () => void
}

/** Starts the CLI with an environment of its own. */
export function startAwsCli(environment: Readonly<Record<string, string>>): AwsCli {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn('python3', [program], {
    env: { PATH, HOME, AWS_PAGER: '', AWS_CONFIG_FILE: '/dev/null', ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    run: async (...words) => {
      child.stdin.write(`${JSON.stringify([...words, '--output', 'json'])}\n`)
      const { value } = await lines.next()
      const { code, stdout, stderr } = JSON.parse(String(value)) as Record<string, string>
      if (Number(code) !== 0) throw new Error(stderr)
      return stdout ?? ''
    },
    close: () => {
      child.stdin.end()
    },
  }
}
