/** The code of docs/local/reaching.md, run as its reader would run it. */
import { execFile, spawnSync } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startLocal, type Local } from 'furlong'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'

const execute = promisify(execFile)
const here = fileURLToPath(new URL('.', import.meta.url))
const noPython = spawnSync('python3', ['-c', 'import botocore, requests']).status !== 0

let folder = ''
let local: Local

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'furlong-reaching-'))
  vi.stubEnv('XDG_RUNTIME_DIR', folder)
  local = await startLocal({ memory: true, announce: true })
  const program = fileURLToPath(new URL('../../packages/furlong/bin/furlong.js', import.meta.url))
  await writeFile(join(folder, 'npx'), `#!/bin/sh\nshift\nexec node '${program}' "$@"\n`)
  await chmod(join(folder, 'npx'), 0o755)
})

afterAll(async () => {
  await local.close()
  await rm(folder, { recursive: true, force: true })
})

/** Runs lines of a shell with `npx furlong` as it was built, against the side of this test. */
async function run(lines: string): Promise<string> {
  const path = [folder, dirname(process.execPath), process.env['PATH']].join(delimiter)
  const env = { PATH: path, HOME: folder, XDG_RUNTIME_DIR: folder, FURLONG_ENDPOINT: local.endpoint }
  return (await execute('sh', ['-euc', lines], { cwd: here, env })).stdout
}

const read = (file: string): Promise<string> => readFile(join(here, file), 'utf8')

describe('docs/local/reaching.md', () => {
  it('leads programs with a URL of AWS in them to the local one', async () => {
    await run(await read('deploy-twin.sh'))
    const lines = (await read('run.sh')).trim().split('\n')
    const runnable = lines.filter((line) => !noPython || !line.includes('python3'))
    expect(await run(runnable.join('\n'))).toMatch(/^(?:\{"title":"On Distance","page":5\}\n)+$/)
    expect(
      local.records.list().filter(({ status, host }) => status === 200 && host.endsWith('.on.aws')),
    ).toHaveLength(runnable.length)
  })

  it('finds the other addresses', async () => {
    const ways = await run(await read('ways.sh'))
    expect(ways).toContain(
      `http://abcdefghijklmnopqrstuvwxyz012345.lambda-url.us-east-1.localhost:${local.port}/`,
    )
    expect(ways).toContain(`--host-resolver-rules='MAP *.on.aws 127.0.0.1:${local.port}'`)
  })
})
