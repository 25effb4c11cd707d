/** The programs of site/package.json, which nothing but this folder needs. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { repository, repositoryFile } from './repository.ts'

const folder = fileURLToPath(repositoryFile('site/'))

/** Installs them where they are missing or of another version; after that nothing is fetched. */
export async function installTools(): Promise<void> {
  const installed = `${folder}node_modules/.package-lock.json`
  const wanted = readVersions(`${folder}package-lock.json`)
  if (existsSync(installed)) {
    const found = readVersions(installed)
    const tools = Object.keys(JSON.parse(readFileSync(`${folder}package.json`, 'utf8')).dependencies)
    if (tools.every((name) => found(name) === wanted(name))) return
  }
  await run('npm', ['ci', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error'], {})
}

function readVersions(lockFile: string): (name: string) => string | undefined {
  const { packages } = JSON.parse(readFileSync(lockFile, 'utf8'))
  return (name) => packages[`node_modules/${name}`]?.version
}

/**
 * Runs one of the programs in the repository's folder, with its output on ours.
 *
 * @param program its path in node_modules
 * @param words its arguments
 * @param env variables beside ours
 * @throws {Error} when it fails
 */
export function runTool(
  program: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  return run(process.execPath, [`${folder}node_modules/${program}`, ...words], env)
}

function run(
  program: string,
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const child = spawn(program, words, {
    cwd: fileURLToPath(repository),
    env: { ...process.env, ...env },
    stdio: ['ignore', 2, 2],
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      if (code === 0) resolve()
      else reject(new Error(`${program} ${words[0] ?? ''} ended with ${code ?? signal}`))
    })
  })
}
