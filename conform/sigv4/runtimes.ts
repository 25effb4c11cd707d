import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const execute = promisify(execFile)
const folder = fileURLToPath(new URL('..', import.meta.url))

/** A runtime that can execute a file. */
export interface Runtime {
  readonly name: string
  readonly executable: string
  /** What stands before the file among its arguments. */
  readonly before: readonly string[]
}

/** The runtimes: this Node, and those of `conform/package.json`. */
export const runtimes: readonly Runtime[] = [
  { name: 'Node 22', executable: installed('node22/bin/node'), before: [] },
  { name: 'Node 24', executable: process.execPath, before: [] },
  { name: 'Node 26', executable: installed('node26/bin/node'), before: [] },
  {
    name: 'Deno',
    executable: installed('@deno/linux-x64-glibc/deno'),
    before: ['run', '--quiet', '--no-remote', '--allow-read'],
  },
  { name: 'Bun', executable: installed('bun/bin/bun.exe'), before: ['run'] },
]

function installed(path: string): string {
  return `${folder}node_modules/${path}`
}

/**
 * Installs the runtimes when one is missing, from the lock file beside their manifest.
 * @returns why it failed, or undefined
 */
export async function installRuntimes(): Promise<string | undefined> {
  if (runtimes.every(({ executable }) => existsSync(executable))) return undefined
  try {
    await execute('npm', ['ci', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error'])
    return undefined
  } catch (error) {
    const text = String((error as { stderr?: string }).stderr ?? error)
    return `npm ci --prefix conform failed: ${text.trim().split('\n').at(-1) ?? ''}`
  }
}

/**
 * Runs a program in a runtime.
 * @param runtime the runtime
 * @param cwd the folder in which packages are looked for
 * @param file the program, within `cwd`
 * @returns what it printed
 * @throws Error when it ended badly, or after two minutes
 */
export async function runIn(runtime: Runtime, cwd: string, file: string): Promise<string> {
  const { stdout } = await execute(runtime.executable, [...runtime.before, file], {
    cwd,
    timeout: 120_000,
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, NODE_OPTIONS: '', DENO_NO_UPDATE_CHECK: '1' },
  })
  return stdout
}
