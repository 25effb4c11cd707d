/** The first rows are there with the first drawing, and the list draws what is seen of it. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { executablePath, lookAt, openWindow } from './testing/browser.ts'
import { type Scene, send } from './testing/scene.ts'
import { setStage, type Stage } from './testing/stage.ts'

/** Notes how many rows there are when something is drawn for the first time. */
const noteFirstDrawing = `
  const observer = new MutationObserver(() => {
    if (document.querySelector('#page')?.hasChildNodes() !== true) return
    observer.disconnect()
    globalThis.rowsAtFirst = [...document.querySelectorAll('[role=row]')].map((row) => row.innerText)
  })
  observer.observe(document, { childList: true, subtree: true })`

describe.skipIf(executablePath === undefined)('the first rows', () => {
  let stage: Stage
  let browser: Browser
  let scene: Scene

  beforeAll(async () => {
    stage = await setStage()
    ;({ browser, scene } = stage)
    await Promise.all(Array.from({ length: 120 }, (_, at) => send(`${scene.urls.orders}number/${at}`)))
  })
  afterAll(() => stage?.close())

  /** Opens a place, and tells the rows of its first drawing. */
  async function readFirstDrawing(place: string): Promise<readonly string[]> {
    const window = await openWindow(browser, { height: 900 })
    try {
      const { tab } = window
      await tab.addInitScript(noteFirstDrawing)
      // However slow the machine is: the page does not come to the end of its patience.
      await tab.clock.install()
      await tab.clock.pauseAt(Date.now() + 60_000)
      await window.open(scene.local, place)
      await tab.waitForFunction('globalThis.rowsAtFirst !== undefined', undefined, { polling: 50 })
      expect(window.troubles).toEqual([])
      return await tab.evaluate<string[]>('globalThis.rowsAtFirst')
    } finally {
      await window.close()
    }
  }

  it('are drawn at once, and no more of them than a screen shows', async () => {
    const rows = await readFirstDrawing('/requests')
    expect(rows.length).toBeGreaterThanOrEqual(Math.ceil((900 - 150) / 26))
    expect(rows.length).toBeLessThanOrEqual(Math.ceil(900 / 26))
  })

  it('are those that match the filters of the address', async () => {
    const rows = await readFirstDrawing('/requests?text=number/11')
    expect(rows.length).toBeGreaterThan(0)
    for (const row of rows) expect(row).toContain('/number/11')
  })

  it('are not waited for when they are late: the page stands, and says what it does', async () => {
    const window = await openWindow(browser)
    try {
      const { tab } = window
      const wanted = Promise.withResolvers<void>()
      await tab.route(/\/api\/session$/, async (route) => {
        await wanted.promise
        await route.continue()
      })
      await window.open(scene.local, '/requests')
      await tab.getByText('Reading what the local side has recorded…').waitFor()
      wanted.resolve()
      await tab.getByRole('row').first().waitFor()
    } finally {
      await window.close()
    }
  })

  it('are asked for again when the side did not answer', async () => {
    const window = await openWindow(browser)
    try {
      const { tab } = window
      await window.open(scene.local, '/requests')
      await tab.getByRole('row').first().waitFor()
      let asked = 0
      await tab.route(/\/api\/start$/, (route) => {
        asked += 1
        return asked === 1 ? route.abort() : route.continue()
      })
      await tab.reload()
      await tab.getByRole('row').first().waitFor()
      expect(asked).toBe(2)
    } finally {
      await window.close()
    }
  })

  it('leave no gap when a filter makes a list short that was scrolled', async () => {
    const troubles = await lookAt(browser, scene.local, '/requests', async (tab) => {
      const grid = tab.locator('.virtual')
      await grid.waitFor()
      await grid.evaluate((element) => element.scrollTo(0, 1_500))
      await expect.poll(() => grid.evaluate((element) => element.scrollTop)).toBe(1_500)
      await tab.keyboard.press('/')
      await tab.keyboard.type('number/11')
      const rows = tab.getByRole('row').filter({ hasText: 'number/11' })
      // 11 and 110 to 119.
      await expect.poll(() => rows.count()).toBe(11)
      const [list, first, last] = [
        await grid.boundingBox(),
        await rows.first().boundingBox(),
        await rows.last().boundingBox(),
      ]
      expect(first?.y).toBe(list?.y)
      expect((last?.y ?? 0) - (first?.y ?? 0)).toBe(10 * 26)
    })
    expect(troubles).toEqual([])
  })
})
