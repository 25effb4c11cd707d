import { execFileSync } from 'node:child_process'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import type { RequestRecord } from '@furlong/local'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findGenerated, Inspector, readSourceMap, type Paused, type Script } from '../testing/inspector.ts'
import { Place, type Answer, type Running } from '../testing/program.ts'

const hasPython = ((): boolean => {
  try {
    execFileSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

const app = `import { edition } from './lib.ts'

export default {
  async fetch(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url)
    console.log('asked for ' + pathname)
    return new Response(edition, { status: pathname === '/' ? 200 : 404 })
  },
}
`
const lib = (edition: string): string => `export const edition: string = '${edition}'\n`

let place: Place
let project = ''
let dev: Running
let port = ''
let url = ''

beforeEach(async () => {
  place = await Place.make()
  project = join(place.folder, 'books')
  await mkdir(join(project, '.git'), { recursive: true })
})

afterEach(async () => {
  await place.close()
})

async function start(entry: string, ...argv: string[]): Promise<void> {
  dev = place.start(['dev', entry, '--memory', '--port', '0', ...argv], { cwd: project })
  url = (await dev.until('out', /http:\/\/\S+\//))[0]
  port = (await dev.until('err', /ready on http:\/\/127\.0\.0\.1:(\d+)/))[1] ?? ''
  await dev.until('err', /Up in \d+ ms/)
}

const call = (...argv: string[]): Promise<Answer> => place.runInside(['call', url, '--port', port, ...argv])

/** Saves a file as many editors do, and waits for what dev says of it. */
async function save(name: string, text: string, says: RegExp = /updated books in \d+ ms/): Promise<string> {
  const said = dev.next(says)
  await writeFile(join(project, `${name}.new`), text)
  await rename(join(project, `${name}.new`), join(project, name))
  return (await said)[0]
}

describe('furlong dev of TypeScript', () => {
  beforeEach(async () => {
    await writeFile(join(project, 'app.ts'), app)
    await writeFile(join(project, 'lib.ts'), lib('first'))
  })

  it('answers with what was saved, and tells requests, logs and refusals', async () => {
    await start('app.ts')
    expect(await call()).toMatchObject({ code: 0, out: 'first' })
    await dev.until('err', /^[\d:.]{12} asked for \/$/m)
    await dev.until('err', /^[\d:.]{12} 200 GET \/ [\d.]+ ms books$/m)
    expect(await save('lib.ts', lib('second'))).toMatch(/updated/)
    await dev.until('err', /updated books in \d+ ms \(lib\.ts\)/)
    expect(await call()).toMatchObject({ code: 0, out: 'second' })
    expect((await call('--unsigned')).code).toBe(1)
    await dev.until('err', /403 authenticate books GET \//)
    expect(dev.err).not.toMatch(/START RequestId|REPORT RequestId/)
    expect(await dev.end('SIGINT')).toMatchObject({ code: 0 })
  })

  it('tells what does not compile to the caller and in the terminal, until it does', async () => {
    await start('app.ts')
    await save('lib.ts', 'export const edition = (\n', /the source does not compile\nlib\.ts:2:1: /)
    expect((await call()).out).toMatch(/does not compile or load[^]*lib\.ts:2:1: Unexpected end of file/)
    await save('lib.ts', "export { edition } from './other.ts'\n", /lib\.ts:1:25: Could not resolve/)
    const record = await call('-H', 'accept: application/json', '--format', 'json')
    expect(JSON.parse(record.out)).toMatchObject({ status: 502 })
    // What was missing appears.
    await save('other.ts', lib('third'))
    expect(await call()).toMatchObject({ code: 0, out: 'third' })
    await save(
      'other.ts',
      'export const edition = globalThis.nothing.here\n',
      /the code does not load\nother\.ts:1:43: TypeError/,
    )
    expect((await call()).out).toContain('export const edition = globalThis.nothing.here')
    await save('other.ts', lib('third'))
    expect(await call()).toMatchObject({ code: 0, out: 'third' })
  })

  it('tells what is saved before the first code is deployed', async () => {
    dev = place.start(['dev', 'app.ts', '--memory', '--port', '0', '--public'], { cwd: project })
    // The entry is watched by now, and not deployed.
    await dev.until('err', /ready on/)
    await writeFile(join(project, 'lib.ts'), 'export const edition = (\n')
    await dev.until('err', /the source does not compile\nlib\.ts:2:1: /)
    url = (await dev.until('out', /http:\/\/\S+\//))[0]
    expect((await fetch(url)).status).toBe(502)
    await writeFile(join(project, 'lib.ts'), lib('first'))
    await dev.until('err', /updated books in \d+ ms/)
    expect(await (await fetch(url)).text()).toBe('first')
  })

  it('watches sources outside the folder of the entry, and what decides how they are bundled', async () => {
    await writeFile(join(place.folder, 'shared.ts'), lib('outside'))
    await writeFile(join(project, 'lib.ts'), "export { edition } from '../shared.ts'\n")
    await start('app.ts')
    expect((await call()).out).toBe('outside')
    const said = dev.next(/updated books in \d+ ms \(\.\.\/shared\.ts\)/)
    await writeFile(join(place.folder, 'shared.ts'), lib('changed'))
    await said
    expect((await call()).out).toBe('changed')
    const paths = { compilerOptions: { paths: { 'the-lib': ['./real.ts'] } } }
    await writeFile(join(project, 'real.ts'), lib('by its alias'))
    await save('lib.ts', "export { edition } from 'the-lib'\n", /Could not resolve "the-lib"/)
    await save('tsconfig.json', JSON.stringify(paths))
    expect((await call()).out).toBe('by its alias')
  })

  it('drops no request while it is saved again and again', async () => {
    await writeFile(
      join(project, 'app.ts'),
      app.replace(
        "console.log('asked for ' + pathname)",
        'await new Promise((done) => setTimeout(done, 20))',
      ),
    )
    await start('app.ts', '--public')
    const done = new AbortController()
    const callers = Array.from({ length: 4 }, async () => {
      const answers: { status: number; edition: number }[] = []
      while (!done.signal.aborted) {
        const response = await fetch(url)
        const [edition = '0'] = /\d+/.exec(await response.text()) ?? []
        answers.push({ status: response.status, edition: Number(edition) })
      }
      return answers
    })
    for (let edition = 1; edition <= 8; edition += 1) await save('lib.ts', lib(`edition ${edition}`))
    expect(await (await fetch(url)).text()).toBe('edition 8')
    done.abort()
    const all = await Promise.all(callers)
    expect(all.flat().filter(({ status }) => status !== 200)).toEqual([])
    expect(all.flat().length).toBeGreaterThan(8)
    // Nobody is answered by older code than before.
    for (const answers of all) {
      const editions = answers.map(({ edition }) => edition)
      expect(editions).toEqual(editions.toSorted((a, b) => a - b))
    }
  })

  it('prints one JSON object a line when asked to', async () => {
    dev = place.start(['dev', 'app.ts', '--memory', '--port', '0', '--format', 'json'], { cwd: project })
    url = (await dev.until('out', /"url":"(http:[^"]+)"/))[1] ?? ''
    port = (await dev.until('err', /127\.0\.0\.1:(\d+)/))[1] ?? ''
    expect((await call('--port', port)).out).toBe('first')
    await dev.until('out', /"type":"request"/)
    await writeFile(join(project, 'lib.ts'), 'export const (')
    await dev.until('out', /"type":"source-failed"/)
    await writeFile(join(project, 'lib.ts'), lib('second'))
    await dev.until('out', /"type":"updated"/)
    const { out } = await dev.end()
    const told = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; record?: RequestRecord })
    expect(told.map(({ type }) => type).filter((type) => type !== 'log')).toEqual([
      'deployed',
      'request',
      'source-failed',
      'updated',
    ])
    expect(told.find(({ type }) => type === 'request')?.record).toMatchObject({ status: 200, url: '/' })
  })

  it('ends at once when the entry is not there', async () => {
    const missing = await place.run('dev', 'nowhere.ts', '--memory', '--port', '0')
    expect(missing).toMatchObject({ code: 1 })
    expect(missing.err).toContain("There is no file or folder 'nowhere.ts'")
  })

  it('waits for the save that compiles when the first code does not, in the entry or beside it', async () => {
    await writeFile(join(project, 'lib.ts'), 'export const (\n')
    dev = place.start(['dev', 'app.ts', '--memory', '--port', '0'], { cwd: project })
    await dev.until(
      'err',
      /^app\.ts: the source does not compile\nlib\.ts:1:14: [^]*Nothing is served until one is saved that does/m,
    )
    await save('app.ts', 'export const nothing = 1\n', /lib\.ts|exports/)
    await save('lib.ts', lib('mended'), /app\.ts: there is no code to run yet\n.*export/)
    expect(dev.out).toBe('')
    await save('app.ts', app, /Up in \d+ ms/)
    url = (await dev.until('out', /http:\/\/\S+\//))[0]
    port = (await dev.until('err', /ready on http:\/\/127\.0\.0\.1:(\d+)/))[1] ?? ''
    expect(await call()).toMatchObject({ code: 0, out: 'mended' })
    await save('lib.ts', lib('second'))
    expect(await call()).toMatchObject({ code: 0, out: 'second' })
    expect(await dev.end('SIGINT')).toMatchObject({ code: 0 })
  })

  it('ends by ctrl-c while it waits for code that compiles', async () => {
    await writeFile(join(project, 'app.ts'), 'export default {\n')
    dev = place.start(['dev', 'app.ts', '--memory', '--port', '0', '--format', 'json'], { cwd: project })
    await dev.until('out', /"type":"source-failed".*"line":/)
    expect(await dev.end('SIGINT')).toMatchObject({ code: 0 })
    expect(await place.processes()).toEqual([])
  })

  it('stands beside no other side on its state or its port, and ends when it is told to', async () => {
    const urlPorts = ['--url-ports', '30180-30199']
    dev = place.start(['dev', 'app.ts', '--port', '0', ...urlPorts], { cwd: project })
    port = (await dev.until('err', /ready on http:\/\/127\.0\.0\.1:(\d+)/))[1] ?? ''
    await dev.until('err', /Up in/)
    const sameState = await place.start(['dev', 'app.ts', '--port', '0', ...urlPorts], { cwd: project }).ended
    expect(sameState).toMatchObject({ code: 1 })
    expect(sameState.err).toMatch(
      /127\.0\.0\.1:\d+ \(process \d+\) has the state of this project, .*\.furlong\.\n {2}Try: npx furlong deploy app\.ts/,
    )
    const samePort = await place.start(['dev', 'app.ts', '--port', port, '--memory'], { cwd: project }).ended
    expect(samePort).toMatchObject({ code: 1 })
    expect(samePort.err).toContain(`Port ${port} is in use by`)
    expect((await place.runInside(['status', '--port', port])).out).toContain('books')
    expect(await place.run('down', '--port', port)).toMatchObject({ code: 0 })
    expect(await dev.ended).toMatchObject({ code: 0 })
    // What dies without a word leaves nothing that hinders the next one.
    dev = place.start(['dev', 'app.ts', '--port', port, ...urlPorts], { cwd: project })
    await dev.until('err', /Up in/)
    await dev.end('SIGKILL')
    dev = place.start(['dev', 'app.ts', '--port', port, ...urlPorts], { cwd: project })
    await dev.until('err', /Up in/)
    // A terminal that is closed.
    expect(await dev.end('SIGHUP')).toMatchObject({ code: 0 })
    expect((await place.runInside(['status', '--port', port])).err).toContain('No local side')
  })

  it('lets a debugger stop at a line of TypeScript for longer than the timeout, again after a save', async () => {
    const debugPort = await findFreePort()
    await start('app.ts', `--inspect=${debugPort}`, '--timeout', '1', '--public')
    await dev.until('err', new RegExp(`can attach on 127\\.0\\.0\\.1:${debugPort}`))
    expect(await (await fetch(url)).text()).toBe('first')
    expect(await stopAt(debugPort, 'new URL(request.url)')).toEqual({
      status: 200,
      text: 'first',
      pathname: '"/"',
    })
    await save('lib.ts', lib('second'))
    expect(await stopAt(debugPort, 'new URL(request.url)')).toEqual({
      status: 200,
      text: 'second',
      pathname: '"/"',
    })
    const second = await place.run('dev', 'books/app.ts', '--memory', '--port', '0', `--inspect=${debugPort}`)
    expect(second).toMatchObject({ code: 1 })
    expect(second.err).toContain(`No debugger can listen on port ${debugPort}`)
  })

  it('lets no code run before the debugger that is waited for', async () => {
    const debugPort = await findFreePort()
    await start('app.ts', `--inspect-brk=${debugPort}`, '--public')
    const answer = fetch(url)
    const inspector = await attach(debugPort)
    const paused = inspector.event<Paused>('Debugger.paused')
    await inspector.send('Debugger.enable')
    await inspector.send('Runtime.runIfWaitingForDebugger')
    await paused
    await inspector.send('Debugger.resume')
    expect(await (await answer).text()).toBe('first')
    inspector.close()
  })
})

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  const { port: free } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return free
}

/** The process is started by the time a port answers, and not a moment before. */
async function attach(debugPort: number): Promise<Inspector> {
  for (;;) {
    const inspector = await Inspector.attach(debugPort).catch(() => undefined)
    if (inspector !== undefined) return inspector
    await sleep(20)
  }
}

/** Sets a breakpoint at the line of app.ts after the one with this text, calls, waits there, and goes on. */
async function stopAt(
  debugPort: number,
  text: string,
): Promise<{ status: number; text: string; pathname: unknown }> {
  const inspector = await attach(debugPort)
  const parsed = inspector.event<Script>('Debugger.scriptParsed', (script) =>
    script.url.endsWith('/index.mjs'),
  )
  await inspector.send('Debugger.enable')
  const script = await parsed
  const map = await readSourceMap(script)
  // An editor finds the source, and not a copy of it, by this.
  expect(map.payload.sourceRoot).toBe(pathToFileURL(`${project}/`).href)
  const line = app.split('\n').findIndex((one) => one.includes(text)) + 1
  const lines = (await readFile(new URL(script.url), 'utf8')).split('\n').length
  const location = findGenerated(map, 'app.ts', line, lines)
  await inspector.send('Debugger.setBreakpoint', { location: { scriptId: script.scriptId, ...location } })
  const paused = inspector.event<Paused>('Debugger.paused')
  const answer = fetch(url)
  const [frame] = (await paused).callFrames
  expect(frame?.location.lineNumber).toBe(location?.lineNumber)
  // The timeout is one second.
  await sleep(1_300)
  const { result } = await inspector.send<{ result: { value: unknown } }>('Debugger.evaluateOnCallFrame', {
    callFrameId: frame?.callFrameId,
    expression: 'JSON.stringify(pathname)',
  })
  await inspector.send('Debugger.resume')
  const response = await answer
  inspector.close()
  return { status: response.status, text: await response.text(), pathname: result.value }
}

describe.runIf(hasPython)('furlong dev of Python', () => {
  const handler = `import lib

def handler(event, context):
    print('asked for', event['rawPath'])
    return lib.edition
`

  it('runs from the folder, and tells what does not load', async () => {
    await mkdir(join(project, 'src'))
    await mkdir(join(project, 'src/node_modules'))
    await writeFile(join(project, 'src/app.py'), handler)
    await writeFile(join(project, 'src/lib.py'), 'edition = "first"\n')
    dev = place.start(['dev', 'src/app.py', '--name', 'books', '--memory', '--port', '0', '--public'], {
      cwd: project,
    })
    url = (await dev.until('out', /http:\/\/\S+\//))[0]
    await dev.until('err', /Python 3\.\d+\.\d+.*: \S+\n/)
    const get = async (): Promise<string> => (await fetch(url)).text()
    expect(await get()).toBe('first')
    await dev.until('err', /asked for \//)
    await save('src/lib.py', 'edition = "second"\n')
    expect(await get()).toBe('second')
    await save('src/lib.py', 'edition = (\n', /src\/lib\.py:1:11: SyntaxError: /)
    expect(await get()).toMatch(/src\/lib\.py:1:11: SyntaxError: .*\n    edition = \(\n {14}\^/)
    await save('src/lib.py', 'import not_there\n', /src\/lib\.py:1(?::1)?: ModuleNotFoundError/)
    expect((await fetch(url)).status).toBe(502)
    // A package that appears counts as well.
    await mkdir(join(project, 'src/not_there'))
    const said = dev.next(/updated books/)
    await writeFile(join(project, 'src/not_there/__init__.py'), '')
    await writeFile(join(project, 'src/lib.py'), 'import not_there\nedition = "third"\n')
    await said
    expect(await get()).toBe('third')
    expect(await dev.end('SIGHUP')).toMatchObject({ code: 0 })
  })

  it('takes the virtual environment of the project, or the active one', async () => {
    await writeFile(
      join(project, 'app.py'),
      'import sys\n\ndef handler(event, context):\n    return sys.prefix\n',
    )
    const venv = join(project, '.venv')
    execFileSync('python3', ['-m', 'venv', '--without-pip', venv])
    await start('app.py', '--public')
    expect(await (await fetch(url)).text()).toBe(venv)
    await dev.end()
    const active = join(place.folder, 'active')
    await rename(venv, active)
    await rm(active, { recursive: true })
    execFileSync('python3', ['-m', 'venv', '--without-pip', active])
    dev = place.start(['dev', 'app.py', '--memory', '--port', '0', '--public'], {
      cwd: project,
      env: { VIRTUAL_ENV: active },
    })
    url = (await dev.until('out', /http:\/\/\S+\//))[0]
    expect(await (await fetch(url)).text()).toBe(active)
  })

  it('waits for a handler where the entry has none yet', async () => {
    await writeFile(join(project, 'app.py'), 'edition = "none"\n')
    dev = place.start(['dev', 'app.py', '--memory', '--port', '0', '--public'], { cwd: project })
    await dev.until('err', /^app\.py: there is no code to run yet\n.*handler/m)
    await save('app.py', 'def handler(event, context):\n    return "served"\n', /Up in \d+ ms/)
    url = (await dev.until('out', /http:\/\/\S+\//))[0]
    expect(await (await fetch(url)).text()).toBe('served')
  })

  it('says what a debugger for Python needs', async () => {
    await writeFile(join(project, 'app.py'), 'def handler(event, context):\n    return 1\n')
    // An interpreter with its standard library and nothing else.
    execFileSync('python3', ['-m', 'venv', '--without-pip', join(project, '.venv')])
    const { code, err } = await place.run('dev', 'books/app.py', '--memory', '--port', '0', '--inspect')
    expect(code).toBe(1)
    expect(err).toContain('debugpy, which')
    expect(err).toMatch(/Try: \S+\.venv\/bin\/python -m pip install debugpy/)
  })
})
