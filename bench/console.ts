/** From opening the console's page in Chromium to its first rows on the screen, against a page without a framework that shows the same. */
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium } from 'playwright-core'
import { buildPage } from '../packages/console/build.ts'
import { end, start } from './child.ts'
import type { Row } from './report.ts'
import { median } from './stats.ts'

const rounds = 25
/** Requests that the side has recorded: more than the page asks for at first. */
const recorded = 1_000

/** What the page says once the frame behind its first row is drawn; asking it from outside would keep its thread busy. */
const told = /^first row: (.+) ms$/

/** Milliseconds from the start of the page to the frame behind its first row. */
const markFirstRow = `
  const observer = new MutationObserver(() => {
    if (document.querySelector('[role=row]') === null) return
    observer.disconnect()
    requestAnimationFrame(() => setTimeout(() => console.log('first row: ' + performance.now() + ' ms')))
  })
  observer.observe(document, { childList: true, subtree: true })`

/** A new window is busy with itself for a while, and people open pages in windows that are there. */
const settleMs = 500

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** @returns medians over interleaved rounds, each in a browser window that knows nothing of the one before; and what it weighs */
export async function run(): Promise<Row[]> {
  const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
    existsSync,
  )
  if (executablePath === undefined) throw new Error('This needs Chromium.')
  const folder = await mkdtemp(join(tmpdir(), 'furlong-bench-console-'))
  await buildPage(folder)
  const floor = await start([here('floor/page.ts')])
  const side = await start([here('console-server.ts'), folder, String(recorded)])
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  try {
    const { endpoint, token } = JSON.parse(side.firstLine) as { endpoint: string; token: string }
    const link = async (): Promise<string> => {
      const response = await fetch(`${endpoint}/_furlong/console/links`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: '{}',
      })
      return ((await response.json()) as { link: string }).link
    }
    const [bareMs, ours]: [number[], number[]] = [[], []]
    for (let round = -1; round < rounds; round += 1) {
      const bare = await open(browser, floor.firstLine)
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
    await Promise.all([end(floor), end(side)])
    await rm(folder, { recursive: true, force: true })
  }
}

/** Opens a page in a window of its own, with an empty cache. */
async function open(browser: Browser, url: string): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  try {
    const tab = await context.newPage()
    await tab.addInitScript(markFirstRow)
    await new Promise((done) => setTimeout(done, settleMs))
    const said = tab.waitForEvent('console', (message) => told.test(message.text()))
    await tab.goto(url, { waitUntil: 'commit' })
    return Number(told.exec((await said).text())?.[1])
  } finally {
    await context.close()
  }
}

async function weigh(folder: string): Promise<number> {
  const packed = (await readdir(folder)).filter((name) => name.endsWith('.gz'))
  const sizes = await Promise.all(packed.map(async (name) => (await readFile(join(folder, name))).length))
  return sizes.reduce((sum, size) => sum + size, 0) / 1024
}
