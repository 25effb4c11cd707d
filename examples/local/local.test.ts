/** Runs what docs/local shows, with the program as it was built. */
import { execFileSync } from 'node:child_process'
import { copyFile, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Place, type Running } from '../../packages/furlong/src/testing/program.ts'
import { findMissing } from '../calling/stage.ts'

const noYaml = findMissing('python3', '-c', 'import yaml')
let place: Place
let folder = ''

beforeEach(async () => {
  place = await Place.make()
  folder = join(place.folder, 'local')
  await mkdir(join(folder, '.git'), { recursive: true })
  for (const name of ['app.ts', 'app.py']) await copyFile(new URL(name, import.meta.url), join(folder, name))
})

afterEach(() => place.close())

/** The words of an example's one command, after `npx furlong`. */
async function read(name: string): Promise<string[]> {
  const text = await readFile(new URL(name, import.meta.url), 'utf8')
  expect(text).toMatch(/^npx furlong .*\n$/)
  const words = text.trim().matchAll(/"([^"]*)"|\S+/g)
  return Array.from(words, ([word, quoted]) => quoted ?? word).slice(2)
}

/** Beside whatever else runs on this machine: on a port of its own, with nothing kept. */
async function start(name: string): Promise<{ dev: Running; port: string }> {
  const dev = place.start([...(await read(name)), '--port', '0', '--memory'], { cwd: folder })
  await dev.until('err', /Up in/)
  return { dev, port: (await dev.until('err', /127\.0\.0\.1:(\d+)/))[1] ?? '' }
}

describe('docs/local', () => {
  it('develops, calls and follows the log as the pages say', async () => {
    const { dev, port } = await start('dev.sh')
    const called = await place.run(...(await read('call.sh')), '--port', port)
    expect(called).toMatchObject({ code: 0, out: '{"title":"On Distance","page":5}' })
    await dev.until('err', /200 GET \/\?page=5 [\d.]+ ms local/)
    const logs = place.start([...(await read('logs.sh')), '--port', port])
    await logs.until('out', /local .*page 5/)
    const { out } = await place.run(...(await read('console.sh')), '--port', port)
    expect((await fetch(out.trim())).status).toBe(200)
    expect(await logs.end('SIGINT')).toMatchObject({ code: 0 })
    expect(await dev.end('SIGINT')).toMatchObject({ code: 0 })
  })

  it('runs the Python example from its folder', async () => {
    const { port } = await start('dev-python.sh')
    const called = await place.run('call', 'books-in-python/?page=7', '--port', port)
    expect(JSON.parse(called.out)).toEqual({ title: 'On Distance', page: 7 })
  })

  it('offers the ports that launch.json attaches to', async () => {
    const launch = JSON.parse(await readFile(new URL('launch.json', import.meta.url), 'utf8')) as {
      configurations: { port?: number; connect?: { port: number } }[]
    }
    const [node, python] = launch.configurations
    const help = (await place.run('dev', '--help')).out
    expect(help).toContain(`default port ${node?.port} for Node, ${python?.connect?.port} for Python`)
    expect((await read('inspect.sh')).at(-1)).toBe('--inspect')
    expect(help).toContain('--inspect[=<port>]')
  })
})

describe('ci.yml', () => {
  it.skipIf(noYaml)('installs and tests, and needs nothing else (needs python3 with yaml)', () => {
    const print = 'import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))'
    const file = fileURLToPath(new URL('ci.yml', import.meta.url))
    const workflow = JSON.parse(execFileSync('python3', ['-c', print, file], { encoding: 'utf8' })) as {
      jobs: { test: { steps: { run?: string }[] } }
    }
    const lines = workflow.jobs.test.steps.flatMap(({ run }) => run ?? [])
    expect(lines).toEqual(['npm ci', 'npx vitest run'])
  })
})
