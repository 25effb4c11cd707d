import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startLocal } from '@furlong/local'
import type { Overview } from '@furlong/local/console'
import { isRunning } from '@furlong/local/sides'
import { exportFolder, importFile } from '@furlong/local/state'

const folder = await mkdtemp(join(tmpdir(), 'furlong-use-'))
try {
  const local = await startLocal({ stateFolder: join(folder, 'state'), port: 0 })
  const response = await fetch(`${local.endpoint}/2015-03-31/functions/`)
  assert.equal(response.status, 403)
  await response.arrayBuffer()
  // The certificates of the local side are made by packages of others.
  const { variables } = await local.reachEnvironment()
  assert.notEqual(variables['NODE_EXTRA_CA_CERTS'], undefined)
  await local.close()
  const file = join(folder, 'all.zip')
  await exportFolder(join(folder, 'state'), file, { now: new Date() })
  assert.equal((await importFile(file, join(folder, 'other'))).functions, 0)
  assert.equal(isRunning(process.pid), true)
} finally {
  await rm(folder, { recursive: true, force: true })
}

/** Types alone. */
export type Accounts = Overview['accounts']

// @ts-expect-error a port is a number
export const wrong = (): unknown => startLocal({ port: 'any' })
