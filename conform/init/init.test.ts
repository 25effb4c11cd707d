import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { Place } from '../../packages/furlong/src/testing/program.ts'
import { tryProject } from './projects.ts'

// All kinds, installed from packed packages: `npm run conform -- init`.
it('a project of furlong init passes its own test, compiles, and is deployed and called', async () => {
  const place = await Place.make()
  try {
    const modules = fileURLToPath(new URL('../../node_modules', import.meta.url))
    const install = (folder: string): Promise<void> => symlink(modules, join(folder, 'node_modules'))
    await expect(tryProject('hono', { place, install })).resolves.toBeUndefined()
  } finally {
    await place.close()
  }
}, 120_000)
