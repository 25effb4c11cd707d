/** What somebody reads stays where it is, and everything is found, however much came before or comes after. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type BuiltPage,
  createLink,
  executablePath,
  lookAt,
  openWindow,
  type Opening,
} from './testing/browser.ts'
import { type Scene, send, setScene } from './testing/scene.ts'
import { setStage, type Stage } from './testing/stage.ts'

const ordersPlace = `/functions/${encodeURIComponent('arn:aws:lambda:us-east-1:111122223333:function:orders')}`

describe.skipIf(executablePath === undefined)('reading', () => {
  let stage: Stage
  let built: BuiltPage
  let browser: Browser
  let scene: Scene

  beforeAll(async () => {
    stage = await setStage()
    ;({ built, browser, scene } = stage)
    // More than the page gets at first: behind them lies all that the scene was set up with.
    const urls = Array.from({ length: 420 }, (_, at) => `${scene.urls.orders}number/${at}`)
    await Promise.all(urls.map((url) => send(url)))
  })
  afterAll(() => stage?.close())

  async function read(place: string, look: (tab: Page) => Promise<void>, opening?: Opening): Promise<void> {
    expect(await lookAt(browser, scene.local, place, look, opening)).toEqual([])
  }

  describe('a filter', () => {
    it('finds what is older than what the page has', () =>
      read('/requests?kind=api&text=CreateRole', (tab) =>
        tab.getByRole('row').filter({ hasText: 'CreateRole' }).first().waitFor(),
      ))

    it('says that nothing matches once it has looked through all', () =>
      read('/requests?text=no-such-thing', async (tab) => {
        await tab.getByText('No request matches these filters.').waitFor()
        const [, all] = /^0 of ([\d,]+)$/.exec(await tab.locator('.filters .count').innerText()) ?? []
        expect(Number(all?.replaceAll(',', ''))).toBeGreaterThan(420)
      }))

    it('does not say so while older requests are on their way already', async () => {
      const window = await openWindow(browser)
      try {
        const { tab } = window
        const asked = Promise.withResolvers<void>()
        const wanted = Promise.withResolvers<void>()
        await tab.route(/\/api\/requests\?.*before=/, async (route) => {
          asked.resolve()
          await wanted.promise
          await route.continue()
        })
        await window.open(scene.local, '/requests')
        await asked.promise
        await tab.keyboard.press('/')
        await tab.keyboard.type('no-such-thing')
        await tab.locator('.filters .count').filter({ hasText: /^0 of/ }).waitFor()
        await tab.evaluate(
          'new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))',
        )
        expect(await tab.getByText('Looking through older requests…').count()).toBe(1)
        wanted.resolve()
        await tab.getByText('No request matches these filters.').waitFor()
        expect(window.troubles).toEqual([])
      } finally {
        await window.close()
      }
    })
  })

  it('says how many requests there are, and how many of them are here', () =>
    read('/requests', async (tab) => {
      const count = tab.locator('.filters .count')
      // The first 100 and the 300 behind them; all of the scene lies behind those.
      await tab.getByText(/^400 here · 4\d\d in all$/).waitFor()
      await tab.getByLabel('Any gate').selectOption('authenticate')
      await tab.getByText(/^\d+ of \d+ here · 4\d\d in all$|^42\d of 4\d\d$/).waitFor()
      await tab.getByRole('button', { name: 'Clear' }).click()
      await expect
        .poll(
          async () => {
            await tab.getByRole('grid').evaluate((grid) => grid.scrollTo(0, grid.scrollHeight))
            return count.innerText()
          },
          { timeout: 15_000 },
        )
        .toMatch(/^4\d\d$/)
    }))

  it('says in a log how many lines came too fast to be shown', async () => {
    const line = {
      functionArn: 'arn:aws:lambda:us-east-1:111122223333:function:orders',
      at: '2026-01-01T00:00:00.000Z',
      text: 'behind the gap',
    }
    const data = JSON.stringify({ lines: [line], missed: 1_234, cursor: 1_000_000 })
    await read(ordersPlace, async (tab) => {
      await tab.route('**/api/stream**', (route) =>
        route.fulfill({ contentType: 'text/event-stream', body: `event: logs\ndata: ${data}\n\n` }),
      )
      await tab.reload()
      const log = tab.getByRole('log')
      await log.getByText('behind the gap').waitFor()
      expect(await log.innerText()).toMatch(
        /1,234 lines of all functions were not shown: .*\n.* behind the gap/,
      )
    })
  })

  it('shows a request until the next one has come', () =>
    read('/requests', async (tab) => {
      await tab.getByRole('row').first().waitFor()
      await tab.keyboard.press('j')
      const title = tab.locator('.request-title')
      await title.waitFor()
      const before = await title.innerText()
      const asked = Promise.withResolvers<void>()
      const wanted = Promise.withResolvers<void>()
      await tab.route(/\/api\/requests\/[a-z0-9]+$/, async (route) => {
        asked.resolve()
        await wanted.promise
        await route.continue()
      })
      await tab.keyboard.press('j')
      await asked.promise
      expect(await title.innerText()).toBe(before)
      wanted.resolve()
      await expect.poll(() => title.innerText()).not.toBe(before)
    }))

  it.each([
    [900, '.one-line'],
    [400, '.two-line'],
  ])('comes back to the same place of the list from a request: %i pixels', (width, list) =>
    read(
      '/requests',
      async (tab) => {
        const grid = tab.locator(`.virtual${list}`)
        await grid.waitFor()
        await grid.evaluate((element) => element.scrollTo(0, 1_500))
        await expect.poll(() => grid.evaluate((element) => element.scrollTop)).toBe(1_500)
        // In the middle of what is seen, once it is drawn: scrolling is told behind it.
        const box = await grid.boundingBox()
        const y = (box?.y ?? 0) + 200
        await tab.waitForFunction((top) => document.elementFromPoint(200, top)?.matches('.row, .row *'), y)
        await tab.mouse.click(200, y)
        await tab.getByRole('button', { name: 'Close' }).click()
        await tab.waitForURL(/#\/requests$/)
        await grid.waitFor()
        expect(await grid.evaluate((element) => element.scrollTop)).toBe(1_500)
        expect(await tab.locator('.heads').count()).toBe(width < 760 ? 0 : 1)
      },
      { width },
    ),
  )

  it('takes a new link in the tab of an old one', () =>
    read('/plots', async (tab) => {
      // A page that is left before it has its token has none.
      await tab.locator('.connection.live').waitFor()
      // What is still asked for would be refused without the token.
      const older = tab.waitForResponse(/\/api\/requests\?/)
      await tab.reload()
      await (await older).finished()
      await tab.getByRole('heading', { name: /The last/ }).waitFor()
      await tab.evaluate('sessionStorage.clear()')
      // As one pastes it: only the fragment is another.
      const link = await createLink(scene.local, '/functions')
      await tab.evaluate(`location.href = ${JSON.stringify(link)}`)
      await tab.getByRole('heading', { name: 'Who may call what' }).waitFor()
      expect(tab.url()).toMatch(/#\/functions$/)
    }))

  it('keeps what it shows while the local side does not answer', async () => {
    const other = await setScene({ page: built.page })
    try {
      await lookAt(browser, other.local, ordersPlace, async (tab) => {
        await tab.getByText('Nothing was written yet.').waitFor()
        await other.close()
        await tab.getByText('reconnecting').waitFor()
        // List and function ask again and again.
        for (const path of [/\/api\/functions$/, /\/api\/function\?/, /\/api\/functions$/])
          await tab.waitForEvent('requestfailed', (request) => path.test(request.url()))
        expect(await tab.locator('.function-item').count()).toBe(5)
        await tab.getByRole('heading', { name: 'Resource-based policy' }).waitFor()
        expect(await tab.getByText('cannot be shown').count()).toBe(0)
      })
    } finally {
      await other.close()
    }
  })
})
