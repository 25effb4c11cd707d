/** From opening the console's page in Chromium to its first rows on the screen, against a page without a framework that shows the same. */
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startLocal } from '@furlong/local'
import { renderPlan, renderThrottleFix, renderUrlCall } from 'furlong/render'
import { type Browser, chromium } from 'playwright-core'
import { buildPage } from '../packages/console/build.ts'
import type { Row } from './report.ts'
import { median } from './stats.ts'

const rounds = 25
/** Requests that the side has recorded: more than the page asks for at first. */
const recorded = 1_000

/** Milliseconds from the start of the page to the frame behind its first row. */
const markFirstRow = `
  const observer = new MutationObserver(() => {
    if (document.querySelector('[role=row]') === null) return
    observer.disconnect()
    requestAnimationFrame(() => setTimeout(() => { globalThis.firstRowMs = performance.now() }))
  })
  observer.observe(document, { childList: true, subtree: true })`

/** @returns medians over interleaved rounds, each in a browser window that knows nothing of the one before; and what it weighs */
export async function run(): Promise<Row[]> {
  const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
    existsSync,
  )
  if (executablePath === undefined) throw new Error('This needs Chromium.')
  const folder = await mkdtemp(join(tmpdir(), 'furlong-bench-console-'))
  await buildPage(folder)
  const page = { folder, renderPlan, renderThrottleFix, renderCode: renderUrlCall }
  const local = await startLocal({ memory: true, page })
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  const floor = await startFloor()
  try {
    for (let sent = 0; sent < recorded; sent += 50) {
      await Promise.all(
        Array.from({ length: 50 }, (_, at) => fetch(`${local.endpoint}/nothing-here/${sent + at}`)),
      )
    }
    const link = async (): Promise<string> => {
      const response = await fetch(`${local.endpoint}/_furlong/console/links`, {
        method: 'POST',
        headers: { authorization: `Bearer ${local.side.token}` },
        body: '{}',
      })
      return ((await response.json()) as { link: string }).link
    }
    const floorUrl = `http://127.0.0.1:${(floor.address() as AddressInfo).port}/`
    const [bareMs, ours]: [number[], number[]] = [[], []]
    for (let round = -1; round < rounds; round += 1) {
      const bare = await open(browser, floorUrl)
      const mine = await open(browser, await link())
      if (round < 0) continue
      bareMs.push(bare)
      ours.push(mine)
    }
    return [
      { row: 'floor: 40 rows of a fetched list, no framework', value: median(bareMs), unit: 'ms' },
      { row: 'console: its first rows', value: median(ours), unit: 'ms', goal: { atMost: 200 } },
      {
        row: 'console: its first rows, over the floor',
        value: median(ours.map((value, round) => value / (bareMs[round] as number))),
        unit: 'x floor',
      },
      { row: 'console: all files, packed', value: await weigh(folder), unit: 'KB', goal: { atMost: 100 } },
    ]
  } finally {
    await browser.close()
    floor.closeAllConnections()
    floor.close()
    await local.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Opens a page in a window of its own, with an empty cache. */
async function open(browser: Browser, url: string): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  try {
    const tab = await context.newPage()
    await tab.addInitScript(markFirstRow)
    await tab.goto(url)
    await tab.waitForFunction(() => 'firstRowMs' in globalThis)
    return await tab.evaluate<number>('globalThis.firstRowMs')
  } finally {
    await context.close()
  }
}

/** A page, its script and its data, each its own request, as the console has them. */
async function startFloor(): Promise<Server> {
  const script = `
    const { rows } = await (await fetch('rows')).json()
    const list = document.createElement('div')
    for (const row of rows.slice(0, 40)) {
      const line = document.createElement('div')
      line.setAttribute('role', 'row')
      line.textContent = row
      list.append(line)
    }
    document.body.append(list)`
  const answers: Readonly<Record<string, readonly [type: string, text: string]>> = {
    '/': [
      'text/html',
      '<!doctype html><title>floor</title><body><script type="module" src="script"></script>',
    ],
    '/script': ['text/javascript', script],
    '/rows': [
      'application/json',
      JSON.stringify({ rows: Array.from({ length: 300 }, (_, at) => `GET /nothing-here/${at} 403`) }),
    ],
  }
  const server = createServer((request, response) => {
    const [type, text] = answers[request.url ?? ''] ?? ['text/plain', '']
    response.setHeader('content-type', type).end(text)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return server
}

async function weigh(folder: string): Promise<number> {
  const packed = (await readdir(folder)).filter((name) => name.endsWith('.gz'))
  const sizes = await Promise.all(packed.map(async (name) => (await readFile(join(folder, name))).length))
  return sizes.reduce((sum, size) => sum + size, 0) / 1024
}
