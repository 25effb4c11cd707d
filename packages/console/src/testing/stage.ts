/** What the page is looked at on: itself, a browser, and a side on which things happened. */
import type { Browser } from 'playwright-core'
import { type BuiltPage, buildTestPage, startBrowser } from './browser.ts'
import { type Scene, setScene } from './scene.ts'

/** All three, until it is closed. */
export interface Stage {
  readonly built: BuiltPage
  readonly browser: Browser
  readonly scene: Scene
  close(): Promise<void>
}

/** Builds the page, and starts a browser and a side. */
export async function setStage(): Promise<Stage> {
  const built = await buildTestPage()
  const browser = await startBrowser()
  const scene = await setScene({ page: built.page })
  return {
    built,
    browser,
    scene,
    close: async () => {
      await browser.close()
      await scene.close()
      await built.remove()
    },
  }
}
