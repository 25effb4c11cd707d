import { watch } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { listSides, sidesFolder, type Side } from '@furlong/local/sides'
import type { Context } from './context.ts'

/**
 * Waits until a local side that has ended is started anew: one with its state folder, or on its port.
 * @param ended the side that was there
 * @param context the environment, which says where sides are announced
 * @param signal ends the waiting
 * @returns the new side; undefined when the signal came first
 */
export async function waitForSide(
  ended: Side,
  context: Context,
  signal: AbortSignal,
): Promise<Side | undefined> {
  const folder = sidesFolder(context.env)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  let changed = Promise.withResolvers<void>()
  const wake = (): void => changed.resolve()
  // The register is a folder: each start and each end of a side changes a file in it.
  const watcher = watch(folder, wake)
  signal.addEventListener('abort', wake, { once: true })
  try {
    while (!signal.aborted) {
      changed = Promise.withResolvers()
      const side = (await listSides(folder)).find((one) => isSuccessor(one, ended))
      if (side !== undefined) return side
      await changed.promise
    }
    return undefined
  } finally {
    watcher.close()
    signal.removeEventListener('abort', wake)
  }
}

/** The token is made anew at each start. */
function isSuccessor(side: Side, ended: Side): boolean {
  if (side.token === ended.token) return false
  const isSameState = ended.stateFolder !== null && side.stateFolder === ended.stateFolder
  return isSameState || side.port === ended.port
}
