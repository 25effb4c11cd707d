import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LogLine } from '@furlong/local'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Place, type Running } from '../testing/program.ts'

const app = `export default {
  fetch(request) {
    console.log('asked for ' + new URL(request.url).pathname)
    return new Response('ok')
  },
}
`

let place: Place
let side: Running
let port = ''
const state = ['--state', 'state']
// Nobody else may take a URL's port while the side is started anew.
const urlPorts = ['--url-ports', '30140-30159']

async function up(...argv: string[]): Promise<void> {
  side = place.start(['up', ...state, ...urlPorts, ...argv])
  port = (await side.until('err', /127\.0\.0\.1:(\d+)/))[1] ?? ''
}

const call = async (path: string): Promise<void> => {
  expect(await place.runInside(['call', path, '--port', port])).toMatchObject({ code: 0 })
}

beforeAll(async () => {
  place = await Place.make()
  await writeFile(join(place.folder, 'app.mjs'), app)
  await up('--port', '0')
  for (const name of ['books', 'films']) {
    expect(await place.runInside(['deploy', 'app.mjs', '--name', name, '--port', port])).toMatchObject({
      code: 0,
    })
  }
})

afterAll(async () => {
  await side.end()
  await place.close()
})

describe('furlong logs', () => {
  it('names the function where several may write, and keeps to one when it is named', async () => {
    await call('books/a')
    await call('films/b')
    const all = await place.runInside(['logs', '--port', port])
    expect(all.out).toMatch(/^[\d:.]{12} books .*asked for \/a$/m)
    expect(all.out).toMatch(/^[\d:.]{12} films .*asked for \/b$/m)
    const one = await place.runInside(['logs', 'books', '--port', port])
    expect(one.out).toMatch(/^[\d:.]{12} \d{4}-.*asked for \/a$/m)
    expect(one.out).not.toContain('asked for /b')
  })

  it('picks lines by time and by pattern', async () => {
    const { out } = await place.runInside([
      'logs',
      '--grep',
      'asked|nothing',
      '--port',
      port,
      '--format',
      'json',
    ])
    const { lines } = JSON.parse(out) as { lines: LogLine[] }
    expect(lines.map(({ text }) => text.split('\t').at(-1))).toEqual(['asked for /a', 'asked for /b'])
    const since = ['--since', lines[1]!.at]
    const later = await place.runInside(['logs', '--grep', 'asked', ...since, '--port', port])
    expect(later.out.match(/asked for .*/g)).toEqual(['asked for /b'])
    expect((await place.runInside(['logs', '--since', '1h', '--port', port])).out).toContain('asked for /a')
    for (const wrong of ['--since=yesterday', '--since=5', '--grep=(']) {
      expect((await place.runInside(['logs', wrong, '--port', port])).code, wrong).toBe(2)
    }
  })
})

describe('furlong logs -f', () => {
  it('tells what is there and what comes, one JSON object a line, and ends by ctrl-c', async () => {
    const logs = place.start(['logs', 'films', '-f', '--grep', 'asked', '--format', 'json', '--port', port])
    await logs.until('out', /asked for \/b/)
    await call('films/c')
    await logs.until('out', /asked for \/c/)
    const { code, out } = await logs.end('SIGINT')
    expect(code).toBe(0)
    const lines = out.trim().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as LogLine).functionArn.split(':').at(-1))).toEqual([
      'films',
      'films',
    ])
  })

  it('goes on with a side that is started anew, and says so', async () => {
    const logs = place.start(['logs', '-f', ...state])
    await logs.until('out', /asked for \/c/)
    await side.end()
    await logs.until('err', /has ended; waiting for it to come back/)
    await up('--port', '0')
    await logs.until('err', /127\.0\.0\.1:\d+ is back/)
    await call('books/d')
    await logs.until('out', /asked for \/d/)
    expect(await logs.end('SIGINT')).toMatchObject({ code: 0 })
  })

  it('ends when whoever reads it has gone', async () => {
    const logs = place.start(['logs', '-f', '--port', port])
    await logs.until('out', /asked for \/d/)
    logs.child.stdout?.destroy()
    const ended = once(logs.child, 'exit')
    await call('books/e')
    expect(await ended).toEqual([0, null])
    expect(logs.err).not.toContain('Error')
  })
})
