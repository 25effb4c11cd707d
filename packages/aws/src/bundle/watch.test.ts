import { utimesSync } from 'node:fs'
import { appendFile, mkdir, mkdtemp, realpath, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { strFromU8, unzipSync } from 'fflate'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Bundle } from './bundle.ts'
import { listProjectFolders, watchBundle, watchPython, type Watch } from './watch.ts'

let folder = ''
let watch: Watch | undefined
let told: string[] = []
let wake = (): void => {}

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'furlong-watch-')))
  told = []
})

afterEach(async () => {
  await watch?.close()
  watch = undefined
  await rm(folder, { recursive: true, force: true })
})

const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text)

const tell = (what: string): void => {
  told.push(what)
  wake()
}

/** Resolves once the latest that was told matches. */
async function until(pattern: RegExp): Promise<void> {
  while (!pattern.test(told.at(-1) ?? '')) await new Promise<void>((done) => (wake = done))
}

const codeOf = ({ zip }: Bundle): string =>
  Object.entries(unzipSync(zip))
    .filter(([name]) => !name.endsWith('.map'))
    .map(([, bytes]) => strFromU8(bytes))
    .join('')

/** Hears of changes, and says which code is put in place. */
interface Place {
  readonly onChange?: () => void
  readonly isTaken?: () => boolean
}

async function start(
  entry = 'app.ts',
  { onChange = () => {}, isTaken = () => true }: Place = {},
): Promise<Bundle> {
  watch = await watchBundle(
    entry,
    { cwd: folder, development: true, hostModule: join(folder, 'host.mjs') },
    {
      onChange: (paths) => {
        onChange()
        tell(`change ${paths.map((path) => path.slice(folder.length + 1)).join(' ')}`)
      },
      onBundle: async (bundle) => {
        tell(`bundle ${codeOf(bundle)}`)
        return isTaken()
      },
      onError: (error) => tell(`error ${error.message}`),
      onSame: () => tell('same'),
    },
  )
  return watch.first
}

describe('watchBundle()', () => {
  beforeEach(async () => {
    await write('app.ts', "import { edition } from './lib.ts'\nexport const handler = async () => edition\n")
    await write('lib.ts', "export const edition = 'first'\n")
  })

  it('gives the first bundle, and one for each change of bytes', async () => {
    expect(codeOf(await start())).toContain('first')
    // Touched, not changed: what is told next is of the change after it.
    await utimes(join(folder, 'lib.ts'), new Date(), new Date())
    await write('lib.ts', "export const edition = 'second'\n")
    await until(/^bundle [^]*second/)
    expect(told[0]).toBe('change lib.ts')
    await write('lib.ts', "// a word\nexport const edition = 'second'\n")
    await until(/^(?:same|bundle)/)
  })

  it('waits for a file that was emptied in order to be written', async () => {
    await start()
    await truncate(join(folder, 'lib.ts'))
    await appendFile(join(folder, 'lib.ts'), "export const edition = 'second'\n")
    await until(/^bundle [^]*second/)
    expect(told.filter((what) => what.startsWith('error'))).toEqual([])
  })

  it('tells what does not compile, also of a file that is touched meanwhile', async () => {
    const lib = join(folder, 'lib.ts')
    await start('app.ts', { onChange: () => utimesSync(lib, new Date(), new Date()) })
    await write('lib.ts', 'export const edition = (\n')
    await until(/^error [^]*lib\.ts:2:1/)
    expect(told).toHaveLength(2)
  })

  it('tells what does not compile, and goes on when what was missing is there', async () => {
    await start()
    await write('lib.ts', "export { edition } from './more/parts/other.ts'\n")
    await until(/^error [^]*lib\.ts:1:25: Could not resolve/)
    for (const name of ['more', 'more/parts']) {
      told = []
      await mkdir(join(folder, name))
      await until(/^error/)
    }
    await write('more/parts/other.ts', "export const edition = 'third'\n")
    await until(/^bundle [^]*third/)
  })

  it('goes on watching a folder that was made anew', async () => {
    const lib = (edition: string): Promise<void> =>
      write('parts/lib.ts', `export const edition = '${edition}'\n`)
    await mkdir(join(folder, 'parts'))
    await lib('first')
    await write('lib.ts', "export { edition } from './parts/lib.ts'\n")
    await start()
    await rm(join(folder, 'parts'), { recursive: true })
    await mkdir(join(folder, 'parts'))
    await lib('second')
    await until(/^bundle [^]*second/)
    await lib('third')
    await until(/^bundle [^]*third/)
    await rm(join(folder, 'parts'), { recursive: true })
    await until(/^error [^]*Could not resolve/)
    await mkdir(join(folder, 'parts'))
    await lib('fourth')
    await until(/^bundle [^]*fourth/)
    await lib('fifth')
    await until(/^bundle [^]*fifth/)
  })

  it('watches nothing any more when it is closed while it bundles', async () => {
    await start()
    await write('lib.ts', "export const edition = 'second'\n")
    await until(/^change/)
    await watch?.close()
    expect(process.getActiveResourcesInfo()).not.toContain('FSEventWrap')
  })

  it('compares with the code that was put in place last', async () => {
    await start('app.ts', { isTaken: () => false })
    await write('lib.ts', "export const edition = 'second'\n")
    await until(/^bundle [^]*second/)
    await write('lib.ts', "export const edition = 'first'\n")
    await until(/^same/)
  })

  it('looks at the entry anew when what it exports has changed', async () => {
    await write('host.mjs', 'export const toLambda = (app) => app\n')
    await start()
    await write('app.ts', 'export const other = 1\n')
    await until(/^error app\.ts exports neither/)
    await write('app.ts', "exports.handler = async () => 'as CommonJS'\n")
    await until(/^bundle [^]*as CommonJS/)
  })

  it('watches a folder that is deployed as it is', async () => {
    await mkdir(join(folder, 'fn'))
    await write('fn/index.mjs', 'export const handler = async () => 1\n')
    await start('fn')
    await write('fn/index.mjs', 'export const handler = async () => 2\n')
    await until(/^bundle [^]*=> 2/)
  })
})

describe('watchPython()', () => {
  it('tells sources of the folder, of new folders in it, and those that are followed', async () => {
    await mkdir(join(folder, 'app/.venv'), { recursive: true })
    await mkdir(join(folder, 'shared'))
    const python = await watchPython(join(folder, 'app'), (paths) =>
      tell(paths.map((path) => path.slice(folder.length + 1)).join(' ')),
    )
    try {
      await write('app/.venv/ignored.py', 'x = 1\n')
      await write('app/notes.log', 'x\n')
      await write('app/main.py', 'x = 1\n')
      await until(/^app\/main\.py$/)
      await mkdir(join(folder, 'app/parts'))
      await until(/app\/parts$/)
      await write('app/parts/one.py', 'x = 1\n')
      await until(/app\/parts\/one\.py$/)
      await write('shared/lib.py', 'x = 1\n')
      await python.follow([join(folder, 'shared/lib.py')])
      await write('shared/lib.py', 'x = 2\n')
      await until(/shared\/lib\.py$/)
      expect(told.join(' ')).not.toMatch(/ignored|notes/)
    } finally {
      python.close()
    }
  })
})

describe('listProjectFolders()', () => {
  it('goes up to the repository, else to the nearest package.json, else nowhere', async () => {
    const deep = join(folder, 'repository/packages/one/src')
    await mkdir(deep, { recursive: true })
    expect(listProjectFolders(deep)).toEqual([deep])
    await write('repository/packages/one/package.json', '{}')
    expect(listProjectFolders(deep)).toEqual([deep, join(deep, '..')])
    await mkdir(join(folder, 'repository/.git'))
    expect(listProjectFolders(deep)).toHaveLength(4)
  })
})
