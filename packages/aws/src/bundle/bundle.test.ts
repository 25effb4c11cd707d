import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createBundle, findEntry, nameFromEntry } from './bundle.ts'

let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'furlong-bundle-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

async function write(path: string, text: string): Promise<string> {
  const full = join(folder, path)
  await mkdir(join(full, '..'), { recursive: true })
  await writeFile(full, text)
  return full
}

/** A host that shows how the application was wrapped. */
async function writeHost(): Promise<string> {
  return write(
    'elsewhere/host.mjs',
    'export const toLambda = (app) => async () => ({ hosted: typeof app.fetch })\n',
  )
}

async function load(zip: Uint8Array): Promise<Record<string, unknown>> {
  const files = unzipSync(zip)
  const target = join(folder, `out-${Math.random().toString(36).slice(2)}`)
  await mkdir(target)
  for (const [path, bytes] of Object.entries(files)) await writeFile(join(target, path), bytes)
  return (await import(/* @vite-ignore */ `file://${target}/index.mjs`)) as Record<string, unknown>
}

describe('createBundle() of JavaScript', () => {
  it('takes an entry that exports a handler as it is, with its imports and a source map', async () => {
    await write('lib.ts', 'export const answer: number = 42\n')
    const entry = await write(
      'app.ts',
      "import { answer } from './lib.ts'\nexport const handler = async () => answer\n",
    )
    const bundle = await createBundle(entry)
    expect(bundle.handler).toBe('index.handler')
    expect(bundle.runtime).toBe('nodejs24.x')
    expect(Object.keys(unzipSync(bundle.zip))).toEqual(['index.mjs', 'index.mjs.map'])
    const { handler } = await load(bundle.zip)
    await expect((handler as () => Promise<number>)()).resolves.toBe(42)
  })

  it('makes the same bytes of the same sources', async () => {
    const entry = await write('app.ts', 'export const handler = async () => 1\n')
    const [first, second] = [await createBundle(entry), await createBundle(entry)]
    expect(first.codeSha256).toBe(second.codeSha256)
  })

  it('hosts a default export', async () => {
    const entry = await write('app.ts', "export default { fetch: () => new Response('hi') }\n")
    const bundle = await createBundle(entry, { hostModule: await writeHost() })
    const { handler } = await load(bundle.zip)
    await expect((handler as () => Promise<unknown>)()).resolves.toEqual({ hosted: 'function' })
  })

  it('takes the handler of a CommonJS module, and hosts one that exports an application', async () => {
    const hostModule = await writeHost()
    const plain = await write(
      'plain.cjs',
      "const os = require('node:os')\nexports.handler = async () => os.EOL\n",
    )
    const hosted = await write('hosted.cjs', 'module.exports = { fetch() {} }\n')
    const one = await load((await createBundle(plain, { hostModule })).zip)
    await expect((one['handler'] as () => Promise<string>)()).resolves.toBe('\n')
    const two = await load((await createBundle(hosted, { hostModule })).zip)
    await expect((two['handler'] as () => Promise<unknown>)()).resolves.toEqual({ hosted: 'function' })
  })

  it('lets a bundled CommonJS dependency require a module of Node, beside an own require of the entry', async () => {
    await write('node_modules/dep/index.js', "module.exports = require('node:path').sep\n")
    const entry = await write(
      'app.mjs',
      "import { createRequire } from 'node:module'\nimport sep from 'dep'\nconst require = createRequire(import.meta.url)\nexport const handler = async () => sep + require('node:os').EOL\n",
    )
    const { handler } = await load((await createBundle(entry)).zip)
    await expect((handler as () => Promise<string>)()).resolves.toBe('/\n')
  })

  it('leaves out optional peers that a dependency loads as it runs and that are not installed, and nothing else', async () => {
    const manifest = {
      name: '@own/dep',
      main: 'lib/index.js',
      peerDependenciesMeta: { gone: { optional: true }, '@own/there': { optional: true } },
    }
    await write('node_modules/@own/dep/package.json', JSON.stringify(manifest))
    await write('node_modules/@own/dep/lib/package.json', '{"type":"commonjs"}')
    await write('node_modules/@own/there/part.js', "module.exports = 'there'\n")
    const lib = 'node_modules/@own/dep/lib/index.js'
    await write(
      lib,
      "exports.there = require('@own/there/part.js')\nexports.load = () => import('gone/part')\nexports.need = (load) => load(() => require('gone'))\n",
    )
    const entry = await write(
      'app.ts',
      "import dep from '@own/dep'\nexport const handler = () => dep.load().catch((error) => [dep.there, error.code])\n",
    )
    const { handler } = await load((await createBundle(entry)).zip)
    await expect((handler as () => Promise<unknown>)()).resolves.toEqual(['there', 'ERR_MODULE_NOT_FOUND'])

    await write(lib, "exports.load = () => import('undeclared')\n")
    await expect(createBundle(entry)).rejects.toMatchObject({ code: 'BundleFailed' })
    await write(lib, "import 'gone'\nexport default {}\n")
    await expect(createBundle(entry)).rejects.toMatchObject({ code: 'BundleFailed' })
  })

  it('finds a handler under another name', async () => {
    const entry = await write('app.ts', 'export const main = async () => 1\n')
    await expect(createBundle(entry, { handler: 'app.main' })).resolves.toMatchObject({
      handler: 'index.main',
    })
  })

  it('reports a syntax error with file, line and the line itself', async () => {
    const entry = await write('app.ts', 'const a = 1\nexport const handler = async ( => 1\n')
    await expect(createBundle(entry)).rejects.toMatchObject({
      code: 'BundleFailed',
      message: expect.stringMatching(/app\.ts:2:\d+: .*\n.*export const handler/) as string,
    })
  })

  it('reports an import that is not there', async () => {
    const entry = await write(
      'app.ts',
      "import x from 'no-such-package-at-all'\nexport const handler = async () => x\n",
    )
    await expect(createBundle(entry)).rejects.toMatchObject({
      message: expect.stringContaining('no-such-package-at-all') as string,
    })
  })

  it('reports an entry with nothing to call', async () => {
    const entry = await write('app.ts', 'export const other = 1\n')
    await expect(createBundle(entry)).rejects.toMatchObject({
      message: "app.ts exports neither 'handler' nor a default: there is nothing to call. It exports other.",
    })
  })
})

describe('createBundle() of the rest', () => {
  it('zips the folder of a Python entry with its packages, without caches', async () => {
    const entry = await write('app.py', 'from mangum import Mangum\n\nhandler = Mangum(None)\n')
    await write('mangum/__init__.py', 'class Mangum: pass\n')
    await write('__pycache__/app.pyc', 'x')
    const bundle = await createBundle(entry)
    expect(bundle).toMatchObject({ kind: 'python', handler: 'app.handler', runtime: 'python3.13' })
    expect(Object.keys(unzipSync(bundle.zip)).toSorted()).toEqual(['app.py', 'mangum/__init__.py'])
  })

  it('finds lambda_handler, and names what is wanted when there is none', async () => {
    const entry = await write('a/fn.py', 'def lambda_handler(event, context):\n    return 1\n')
    await expect(createBundle(entry)).resolves.toMatchObject({ handler: 'fn.lambda_handler' })
    const bare = await write('b/fn.py', 'x = 1\n')
    await expect(createBundle(bare)).rejects.toMatchObject({
      code: 'BundleFailed',
      tryThis: expect.stringContaining('--handler') as string,
    })
  })

  it('leaves the secrets of the shell and the state of a local side out', async () => {
    for (const name of ['index.mjs', '.env', '.env.local', '.envrc.md', 'st/state.db', 'st/code/x']) {
      await write(`secrets/${name}`, 'x')
    }
    const { zip } = await createBundle(join(folder, 'secrets'))
    expect(Object.keys(unzipSync(zip)).toSorted()).toEqual(['.envrc.md', 'index.mjs'])
  })

  it('takes a folder and a zip as they are', async () => {
    await write('fn/index.mjs', 'export const handler = async () => 1\n')
    const bundle = await createBundle(join(folder, 'fn'))
    expect(bundle).toMatchObject({ kind: 'folder', handler: 'index.handler' })
    const path = join(folder, 'fn.zip')
    await writeFile(path, bundle.zip)
    await expect(createBundle(path)).resolves.toMatchObject({ kind: 'zip', codeSha256: bundle.codeSha256 })
  })

  it('refuses what is no zip, what is not there, and what it does not know', async () => {
    const fake = await write('fake.zip', 'hello')
    await expect(createBundle(fake)).rejects.toMatchObject({ code: 'NotAZip' })
    await expect(createBundle('nowhere.ts', { cwd: folder })).rejects.toMatchObject({ code: 'EntryNotFound' })
    const text = await write('readme.txt', 'hello')
    await expect(createBundle(text)).rejects.toMatchObject({ code: 'BundleFailed' })
  })
})

describe('nameFromEntry()', () => {
  it('takes the file, or the folder when the file says nothing', async () => {
    expect(nameFromEntry('/x/books/app.ts')).toBe('books')
    expect(nameFromEntry('/x/books/list all.ts')).toBe('list-all')
    expect((await findEntry('.', folder)).kind).toBe('folder')
  })
})
