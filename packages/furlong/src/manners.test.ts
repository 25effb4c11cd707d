/** How furlong behaves in a terminal and in a pipe: the real program, every command, a real side. */
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { commandTable } from './command-table.ts'
import { noTerminal, Place, type Answer, type Running } from './testing/program.ts'

const names = Object.keys(commandTable)
const ctrlC = '\u0003'
const app = `export default {
  fetch(request) {
    if (new URL(request.url).pathname !== '/stream') return new Response('ok\\n')
    // One line, and then nothing more.
    return new Response(new ReadableStream({ start: (out) => out.enqueue(new TextEncoder().encode('begun\\n')) }))
  },
}
`

// Each command is a process of its own: a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let place: Place
let side: Running
let port = ''
const here = (...argv: string[]): Promise<Answer> => place.run(...argv, '--port', port)

beforeAll(async () => {
  place = await Place.make()
  await writeFile(join(place.folder, 'app.mjs'), app)
  side = place.start(['up', '--memory', '--port', '0'])
  port = (await side.until('err', /127\.0\.0\.1:(\d+)/))[1] ?? ''
  expect(await here('deploy', 'app.mjs', '--name', 'books', '--stream')).toMatchObject({ code: 0 })
  expect(await here('deploy', 'app.mjs', '--name', 'reader', '--no-url')).toMatchObject({ code: 0 })
  // A log with lines in it.
  expect(await here('call', 'books')).toMatchObject({ code: 0 })
})

afterAll(async () => {
  expect(await side.end()).toMatchObject({ code: 0 })
  await place.close()
})

describe('furlong in a pipe', () => {
  it('prints plain help, in lines as they are written', async () => {
    const { code, out, err } = await place.run('call', '--help')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).not.toContain('\u001B')
    expect(out.split('\n').some((line) => line.length > 120)).toBe(true)
  })

  it.each([
    [['deplay', 'x'], 'npx furlong deploy'],
    [['call', 'x', '--heder', 'a: b'], '--header'],
    [['url', 'udpate', 'books'], 'npx furlong url update'],
    [['state', 'exprot'], 'npx furlong state export'],
    [['up', '--url-style', 'aws2'], '--url-style aws'],
    [['status', '--format', 'jsno'], '--format json'],
    [['fault', '--delay', '5', '--before', 'functoin'], '--before function'],
    [['env', '--shell', 'bsh'], '--shell bash'],
  ])('suggests what was meant by %j', async (argv, suggestion) => {
    const { code, out, err } = await place.runInside(argv)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(`Try: ${suggestion}\n`)
  })

  it.each([
    ['status'],
    ['env'],
    ['url', 'get', 'books'],
    ['url', 'list'],
    ['deploy', 'app.mjs', '--name', 'books'],
    ['destroy', 'books', '--plan'],
    ['grant', 'books', '--to', 'reader', '--wait'],
    ['call', 'books', '--as', 'reader'],
    ['presign', 'books'],
    ['doctor', 'books', '--as', 'reader'],
    ['doctor', '--all'],
    ['fault', '--list'],
    ['logs', 'books'],
    ['state', 'export', 'all.zip', '--force'],
    ['revoke', 'books', '--from', 'reader'],
  ])('prints JSON alone on stdout: %s %s', async (...argv) => {
    const { code, out, err } = await here(...argv, '--format', 'json')
    expect({ code, err }).toMatchObject({ code: 0 })
    expect(JSON.parse(out)).toBeTypeOf('object')
    expect(err).not.toContain('\u001B')
  })

  it('prints a refusal and an error as JSON, too', async () => {
    const refused = await here('call', 'books', '--unsigned', '--format', 'json')
    expect(refused.code).toBe(1)
    expect(JSON.parse(refused.out)).toMatchObject({ status: 403 })
    expect(JSON.parse((await here('explain', '--format', 'json')).out)).toMatchObject({
      record: { status: 403 },
    })
    const wrong = await here('url', 'get', 'nothing', '--format', 'json')
    expect({ code: wrong.code, ...JSON.parse(wrong.out) }).toMatchObject({
      code: 1,
      error: { code: 'FunctionNotFound', title: 'Function not found', try: expect.any(String) },
    })
  })

  it('takes colour when it is told to, and never with NO_COLOR', async () => {
    const colour = async (env: Record<string, string>): Promise<boolean> =>
      (await place.start(['--help'], { env }).ended).out.includes('\u001B[')
    expect(await colour({ FORCE_COLOR: '1' })).toBe(true)
    expect(await colour({ FORCE_COLOR: '0' })).toBe(false)
    expect(await colour({ FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false)
  })

  it('ends quietly when whoever reads has had enough', async () => {
    const { code, out, err } = await place.shell(`furlong logs --port ${port} 2>&1 >/dev/stdout | head -1`)
      .ended
    expect({ code: code === 0 || code === 141, out }).toEqual({
      code: true,
      out: expect.stringMatching(/^.+\n$/),
    })
    expect(err).not.toMatch(/EPIPE|Error/)
  })

  it('ends with its reader while it follows a log in which nothing happens', async () => {
    const { out, err } = await place.shell(`furlong logs books -f --port ${port} 2>/dev/null | head -1`).ended
    expect({ lines: out.split('\n').length, err }).toEqual({ lines: 2, err: '' })
    if (process.platform !== 'linux') return
    expect((await place.processes()).filter((words) => words.includes('logs'))).toEqual([])
  })

  it('takes names in any script', async () => {
    const name = 'Bücher 本棚.mjs'
    await writeFile(join(place.folder, name), app)
    const { code, err } = await here('deploy', name, '--name', 'shelf', '--no-url', '-e', 'TITLE=本棚')
    expect({ code, err }).toMatchObject({ code: 0 })
    expect((await here('url', 'get', '本棚')).err).toContain("'本棚'")
    expect((await here('call', 'books/本棚?q=ü')).code).toBe(0)
    const state = join(place.folder, 'Zustand ü本')
    const other = place.start(['up', '--state', state, '--port', '0', '--url-ports', '30170-30179'])
    await other.until('err', /Zustand ü本/)
    expect((await place.run('status', '--state', state)).out).toContain(`state     ${state}\n`)
    expect(await other.end('SIGINT')).toMatchObject({ code: 0 })
  })
})

describe.skipIf(noTerminal !== '')(`furlong in a pseudo-terminal${noTerminal && ` (${noTerminal})`}`, () => {
  const inTerminal = (argv: readonly string[], options?: Parameters<Place['startInTerminal']>[1]): Running =>
    place.startInTerminal([...argv, '--port', port], options)

  /** What ran before and what the side needs; the functions of the side come and go. */
  const listOwn = async (): Promise<readonly string[]> =>
    (await place.processes()).filter((words) =>
      / (?:deploy|dev|grant|logs|proxy|call|run|up|sleep) /.test(` ${words} `),
    )

  afterEach(async () => {
    // The side that all tests share, and nothing else.
    if (process.platform === 'linux') expect(await listOwn()).toHaveLength(1)
  })

  it('knows how wide the terminal is', async () => {
    const { out } = await place.startInTerminal(['env', '--help'], { columns: 40 }).ended
    const inside = await place.runInside(['env', '--help'], { columns: 40, env: { TERM: 'xterm-256color' } })
    expect(out.replaceAll('\r', '')).toBe(inside.out)
  })

  it.each(names)('fits the help of %s into 40 columns', async (name) => {
    const { code, out } = await place.runInside([name, '--help'], { columns: 40 })
    expect(code).toBe(0)
    const lines = stripVTControlCharacters(out).replaceAll('\r', '').split('\n')
    // Usage and examples are for copying, and an option is one word to its reader.
    const flowing = lines.slice(3, lines.indexOf('Examples')).filter((line) => !/^ +(?:-\w, )?--/.test(line))
    expect(flowing.filter((line) => line.length > 40 && line.trim().includes(' '))).toEqual([])
    expect(lines.slice(lines.indexOf('Examples')).length).toBeGreaterThan(2)
  })

  it('breaks no line where there are 200 columns', async () => {
    const { out } = await place.startInTerminal(['env', '--help'], { columns: 200 }).ended
    expect(stripVTControlCharacters(out).replaceAll('\r', '')).toBe((await place.run('env', '--help')).out)
  })

  it('takes colour, unless the terminal has none or NO_COLOR is set', async () => {
    const colour = async (env: Record<string, string>): Promise<boolean> =>
      (await place.startInTerminal(['--help'], { env }).ended).out.includes('\u001B[1m')
    expect(await colour({})).toBe(true)
    expect(await colour({ NO_COLOR: '1' })).toBe(false)
    expect(await colour({ TERM: 'dumb' })).toBe(false)
  })

  it('shows what goes on in a line that it takes away, and in plain lines where it cannot', async () => {
    const argv = ['deploy', 'app.mjs', '--name', 'books']
    const { out } = await inTerminal(argv).ended
    expect(out).toMatch(/\u001B\[2mBundling.+ …\S*\r\u001B\[2K.*Nothing to change for books/)
    expect((await inTerminal(argv, { env: { TERM: 'dumb' } }).ended).out).not.toMatch(/…|\u001B/)
    const piped = await here(...argv)
    expect(piped.err).not.toMatch(/…|\r/)
    expect(piped.err).toMatch(/^ {2}function {2}keep/m)
  })

  it('leaves after ctrl-c what the next deployment makes whole', async () => {
    const argv = ['deploy', 'app.mjs', '--name', 'halted']
    const deploy = inTerminal(argv)
    await deploy.until('out', /Plan for halted/)
    deploy.type(ctrlC)
    const { code } = await deploy.ended
    // As quick as it is, it may be done; before the first change it ends at once.
    expect([0, 130]).toContain(code)
    expect(await here(...argv)).toMatchObject({ code: 0 })
    expect(await here('call', 'halted')).toMatchObject({ code: 0, out: 'ok\n' })
  })

  it('stops waiting for a grant, and says what is there', async () => {
    expect(
      await here('deploy', 'app.mjs', '--name', 'far', '--no-url', '--account', '444455556666'),
    ).toMatchObject({
      code: 0,
    })
    const grant = inTerminal(['grant', 'books', '--to', 'arn:aws:iam::444455556666:role/far-role', '--wait'])
    await grant.until('out', /Call 3 was refused \(403\); waiting/)
    grant.type(ctrlC)
    const { code, out } = await grant.ended
    expect(code).toBe(130)
    expect(stripVTControlCharacters(out)).toMatch(/Stopped waiting: \S+ has both permissions/)
    expect((await here('revoke', 'books', '--from', 'arn:aws:iam::444455556666:role/far-role')).out).toMatch(
      /removed \S+, \S+/,
    )
  })

  it('ends a call that streams', async () => {
    const call = inTerminal(['call', 'books/stream', '-N'])
    await call.until('out', /begun/)
    call.type(ctrlC)
    expect((await call.ended).code).toBe(130)
  })

  it.each([
    [['logs', '-f'], /START/],
    [['proxy', 'books'], /ctrl-c ends it/],
  ])('ends %j in order', async (argv, ready) => {
    const running = inTerminal(argv)
    await running.until('out', ready)
    running.type(ctrlC)
    expect(await running.ended).toMatchObject({ code: 0 })
  })

  it.each([
    ['the running side', () => ['--port', port]],
    ['a side of its own', () => []],
  ])('ends the command of run, with %s', async (_which, options) => {
    const running = place.startInTerminal([
      'run',
      ...options(),
      '--',
      'sh',
      '-c',
      'echo begun; exec sleep 1000',
    ])
    await running.until('out', /begun/)
    running.type(ctrlC)
    expect(await running.ended).toMatchObject({ code: 130 })
  })

  it.each([
    ['up', ['up', '--memory', '--port', '0']],
    ['dev', ['dev', 'app.mjs', '--memory', '--port', '0']],
  ])('ends %s with its functions, and says how to end it at once', async (_name, argv) => {
    const running = place.startInTerminal(argv)
    await running.until('out', /ready on/)
    running.type(ctrlC)
    const { code, out } = await running.ended
    expect({ code, out }).toMatchObject({
      code: 0,
      out: expect.stringContaining('ctrl-c again ends it at once'),
    })
  })

  it('starts nothing in the background when it is stopped before it is ready', async () => {
    const up = place.startInTerminal(['up', '--detach', '--memory', '--port', '0'])
    // The file of its lines is there just before its process.
    const log = join(place.folder, 'run/furlong')
    while (up.child.exitCode === null && !(await hasFile(log, /^up\.\d+\.out$/))) await sleep(1)
    up.type(ctrlC)
    const { code } = await up.ended
    // It may have been ready already.
    if (code === 0) await place.run('down', '--port', /127\.0\.0\.1:(\d+)/.exec(up.out)?.[1] ?? '')
    else expect(code).toBe(130)
    expect((await place.processes()).filter((words) => words.includes(' up --port=0'))).toEqual([])
  })
})

async function hasFile(folder: string, name: RegExp): Promise<boolean> {
  const { readdir } = await import('node:fs/promises')
  return existsSync(folder) && (await readdir(folder)).some((one) => name.test(one))
}
