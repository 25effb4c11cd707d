import { expect, it } from 'vitest'
import { proveKill } from './kill.ts'

it('loses nothing that was acknowledged when the server is killed, leaves no process, and keeps the ports', async () => {
  const found = await proveKill({ times: 5, seed: 7 })
  expect(found).toMatchObject({ kills: 5, lost: [], moved: 0, orphans: 0 })
  expect(found.acknowledged).toBeGreaterThanOrEqual(50)
}, 180_000)
