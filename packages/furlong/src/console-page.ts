import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import type { ConsolePage } from '@furlong/local'
import { renderPlan, renderThrottleFix } from './render/fix.ts'
import { renderUrlCall } from './render/url-call.ts'

/**
 * Finds the console's page as it is shipped with this package.
 * @returns the page with what renders its commands; undefined in a repository that was not built
 */
export function findConsolePage(): ConsolePage | undefined {
  try {
    // By its name in package.json: where this very file lies depends on how it was bundled.
    const index = createRequire(import.meta.url).resolve('#page/index.html')
    return { folder: dirname(index), renderPlan, renderThrottleFix, renderCode: renderUrlCall }
  } catch {
    return undefined
  }
}
