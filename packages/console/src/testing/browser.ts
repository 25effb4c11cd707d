/** The page in real Chromium, before a real local side. */
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConsolePage, Local } from '@furlong/local'
import { renderPlan, renderThrottleFix, renderUrlCall } from 'furlong/render'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { buildPage } from '../../build.ts'

/** Chromium of this machine; undefined where there is none. */
export const executablePath: string | undefined = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find(existsSync)

/** The page, built from its sources. */
export interface BuiltPage {
  readonly page: ConsolePage
  remove(): Promise<void>
}

/**
 * Builds the page into a folder of its own.
 *
 * @param renderers of commands, in the place of furlong's own
 */
export async function buildTestPage(
  renderers: Omit<ConsolePage, 'folder'> = { renderPlan, renderThrottleFix, renderCode: renderUrlCall },
): Promise<BuiltPage> {
  const folder = await mkdtemp(join(tmpdir(), 'furlong-page-'))
  await buildPage(folder)
  return {
    page: { folder, ...renderers },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/**
 * Starts the browser.
 *
 * @param more arguments of Chromium
 */
export async function startBrowser(...more: readonly string[]): Promise<Browser> {
  if (executablePath === undefined) throw new TypeError('There is no Chromium on this machine.')
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', ...more] })
}

/** How the page is opened. */
export interface Opening {
  /** In CSS pixels; default 1440. */
  readonly width?: number
  readonly height?: number
  readonly colorScheme?: 'light' | 'dark'
  readonly reducedMotion?: 'reduce' | 'no-preference'
}

/** A tab, and what went wrong in it. */
export interface Tab {
  readonly tab: Page
  /** Errors of scripts and of the page's own policy, and requests to anywhere else; empty when all is well. */
  readonly troubles: readonly string[]
  /** Opens the page of a side at a place. */
  open(local: Local, place?: string): Promise<void>
}

interface Closeable {
  close(): Promise<void>
}

/** An opened page. */
export type Opened = Pick<Tab, 'tab' | 'troubles'> & Closeable

/**
 * Asks a side for a link, as `furlong console` does.
 *
 * @param place fragment of a place in the page
 */
export async function createLink({ endpoint, side }: Local, place?: string): Promise<string> {
  const response = await fetch(`${endpoint}/_furlong/console/links`, {
    method: 'POST',
    headers: { authorization: `Bearer ${side.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(place === undefined ? {} : { place }),
  })
  const { link, error } = (await response.json()) as { link?: string; error?: string }
  if (link === undefined) throw new TypeError(error ?? 'The side gave no link.')
  return link
}

/**
 * Opens an empty tab, and notes what goes wrong in it from then on.
 *
 * @param context whose storage and cookies it has
 */
export async function openTab(context: BrowserContext): Promise<Tab> {
  const tab = await context.newPage()
  const troubles: string[] = []
  let own = ''
  tab.on('pageerror', (error) => troubles.push(error.message))
  tab.on('console', (message) => {
    if (message.type() === 'error') troubles.push(message.text())
  })
  tab.on('request', (request) => {
    const { origin } = new URL(request.url())
    if (origin !== own) troubles.push(`asked ${origin}`)
  })
  return {
    tab,
    troubles,
    open: async (local, place) => {
      own = local.endpoint
      await tab.goto(await createLink(local, place))
    },
  }
}

/** Opens an empty window, in which nothing is kept of any other. */
export async function openWindow(browser: Browser, opening: Opening = {}): Promise<Tab & Closeable> {
  const { width = 1440, height = 900, colorScheme = 'light', reducedMotion = 'no-preference' } = opening
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme,
    reducedMotion,
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  return { ...(await openTab(context)), close: () => context.close() }
}

/** Opens the page at a place, in a window of its own. */
export async function openPage(
  browser: Browser,
  local: Local,
  place?: string,
  opening?: Opening,
): Promise<Opened> {
  const window = await openWindow(browser, opening)
  await window.open(local, place)
  return window
}

/**
 * Looks at the page of a side at a place, in a window of its own, which is closed afterwards.
 *
 * @returns what went wrong in it
 */
export async function lookAt(
  browser: Browser,
  local: Local,
  place: string,
  look: (tab: Page) => Promise<void>,
  opening?: Opening,
): Promise<readonly string[]> {
  const opened = await openPage(browser, local, place, opening)
  try {
    await look(opened.tab)
    return opened.troubles
  } finally {
    await opened.close()
  }
}
