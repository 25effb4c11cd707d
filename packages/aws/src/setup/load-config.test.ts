import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findConfig, loadConfig } from './load-config.ts'

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'furlong-config-'))
})

afterAll(() => rm(folder, { recursive: true }))

async function write(name: string, text: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

describe('loadConfig()', () => {
  it('runs TypeScript with what it imports, in a project that has no furlong installed', async () => {
    await write('names.ts', 'export const name: string = "books"\n')
    const path = await write(
      'furlong.config.ts',
      `import { defineConfig } from 'furlong'
       import { basename } from 'node:path'
       import { name } from './names.ts'
       const file: string = basename(import.meta.filename)
       export default defineConfig({ name, environment: { FILE: file } })`,
    )
    expect(await loadConfig(path)).toEqual({
      path,
      config: { name: 'books', environment: { FILE: 'furlong.config.ts' } },
    })
  })

  it('sees what was saved since', async () => {
    const path = await write('changing.mjs', 'export default { name: "one" }\n')
    expect((await loadConfig(path)).config.name).toBe('one')
    await write('changing.mjs', 'export default { name: "two" }\n')
    expect((await loadConfig(path)).config.name).toBe('two')
  })

  it('reads JSON', async () => {
    const path = await write('plain.json', '{ "name": "books" }')
    expect((await loadConfig(path)).config).toEqual({ name: 'books' })
  })

  it.each([
    ['broken.ts', 'export default {\n', /^broken\.ts could not be bundled:\nbroken\.ts:2:\d+: /],
    ['throwing.ts', 'throw new Error("no table")\n', /^throwing\.ts could not be run: no table$/],
    ['lost.ts', 'import "./nowhere.ts"\n', /Could not resolve "\.\/nowhere\.ts"/],
    ['broken.json', '{', /^broken\.json is no JSON: /],
  ])('says why %s is none', async (name, text, says) => {
    await expect(loadConfig(await write(name, text))).rejects.toMatchObject({
      code: 'ConfigFailed',
      message: expect.stringMatching(says),
    })
  })

  it('says that there is no such file', async () => {
    await expect(loadConfig(join(folder, 'none.ts'))).rejects.toMatchObject({ code: 'ConfigFailed' })
  })
})

describe('findConfig()', () => {
  it('finds one, none, and refuses two', async () => {
    const own = await mkdtemp(join(folder, 'find-'))
    expect(findConfig(own)).toBeUndefined()
    await writeFile(join(own, 'furlong.config.json'), '{}')
    expect(findConfig(own)).toBe(join(own, 'furlong.config.json'))
    await writeFile(join(own, 'furlong.config.ts'), 'export default {}')
    expect(() => findConfig(own)).toThrow(/furlong\.config\.ts, furlong\.config\.json/)
  })
})
