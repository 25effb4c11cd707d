/** `npm run screenshots`: the pictures of docs/local/console.md, of a local side with functions, callers and requests of every kind. */
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { play, type PlayedName, type Scene, setScene } from '../packages/console/src/testing/scene.ts'
import { findConsolePage } from '../packages/furlong/src/console-page.ts'
import { repositoryFile } from './repository.ts'

const folder = fileURLToPath(repositoryFile('docs/local/console'))

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
)

/** One picture. */
interface Picture {
  readonly name: string
  /** The fragment of the address; `{}` stands for the id of the request that was played. */
  readonly place: string
  readonly request?: PlayedName
  readonly width?: number
  readonly height: number
  readonly isDark?: true
  /** What must be seen first. */
  readonly shows: string
}

const pictures: readonly Picture[] = [
  { name: 'requests', place: '/requests', shows: '/orders/17', height: 520 },
  {
    name: 'signature',
    place: '/requests/{}',
    request: 'changedQuery',
    shows: 'Canonical request',
    height: 840,
  },
  { name: 'denial', place: '/requests/{}', request: 'halfGranted', shows: 'Apply and replay', height: 660 },
  { name: 'statement', place: '/requests/{}', request: 'mistyped', shows: 'the request has', height: 740 },
  { name: 'access', place: '/functions', shows: 'Who may call what', height: 620 },
  {
    name: 'plots',
    place: '/plots?minutes=1',
    shows: 'Refusals by gate',
    width: 1440,
    height: 580,
    isDark: true,
  },
]

/** Time for a view to settle: for its answers, its fonts, its lines. */
const settleMs = 1_200

async function openPage(browser: Browser, scene: Scene, picture: Picture, place: string): Promise<Page> {
  const { width = 1000, height, isDark } = picture
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: isDark === true ? 'dark' : 'light',
    reducedMotion: 'reduce',
    timezoneId: 'UTC',
    locale: 'en-GB',
  })
  const page = await context.newPage()
  const { endpoint, token } = scene.local.side
  const response = await fetch(`${endpoint}/_furlong/console/links`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ place }),
  })
  await page.goto(((await response.json()) as { link: string }).link)
  const shown = page.getByText(picture.shows).first()
  await shown.waitFor()
  await shown.scrollIntoViewIfNeeded()
  await page.waitForTimeout(settleMs)
  return page
}

async function takeAll(): Promise<void> {
  const page = findConsolePage()
  if (page === undefined || executablePath === undefined)
    throw new Error('The pictures need Chromium, and the page: npm run build.')
  await mkdir(folder, { recursive: true })
  const scene = await setScene({ page })
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--font-render-hinting=none'],
  })
  try {
    // A side that has been at work for a while: what is plotted is not one moment.
    const until = Date.now() + 20_000
    let played = await play(scene)
    while (Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 150 + Math.random() * 500))
      played = await play(scene)
    }
    for (const picture of pictures) {
      const id = picture.request === undefined ? '' : played[picture.request]
      const opened = await openPage(browser, scene, picture, picture.place.replace('{}', id))
      await opened.screenshot({ path: `${folder}/${picture.name}.png` })
      await opened.context().close()
    }
  } finally {
    await browser.close()
    await scene.close()
  }
}

await takeAll()
process.stdout.write(`${pictures.length} pictures in ${folder}\n`)
