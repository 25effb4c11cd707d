/** The files of a project; `npm run conform -- init` installs projects and runs what their READMEs promise, and a test does so with one. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Place } from '../testing/program.ts'

const repository = fileURLToPath(new URL('../../../../', import.meta.url))

let place: Place

beforeAll(async () => {
  place = await Place.make()
})
afterAll(() => place.close())

describe('furlong init', () => {
  it('writes a project that says its name, its account and its repository', async () => {
    const words = ['--account', '444455556666', '--region', 'eu-west-1', '--repository', 'my-company/shop']
    const made = await place.run('init', 'shop', ...words, '--format', 'json')
    expect(made.code).toBe(0)
    const { files } = JSON.parse(made.out) as { files: string[] }
    expect(files).toEqual([
      '.github/aws/deploy-policy.json',
      '.github/aws/trust-policy.json',
      '.github/workflows/deploy.yml',
      '.gitignore',
      'README.md',
      'app.test.ts',
      'app.ts',
      'furlong.config.ts',
      'package.json',
      'tsconfig.json',
    ])
    const texts = await Promise.all(files.map((file) => readFile(join(place.folder, 'shop', file), 'utf8')))
    const all = texts.join('\n')
    expect(all.replaceAll(/\$\{\{ .*? \}\}/g, '')).not.toMatch(/\{\{|\}\}|111122223333/)
    expect(all).toContain('arn:aws:lambda:eu-west-1:444455556666:function:shop')
    expect(all).toContain('"repo:my-company/shop:ref:refs/heads/main"')
    expect(all).not.toContain('To be filled in')
  })

  it('says what is left to be filled in', async () => {
    expect(await place.run('init', 'open', '--python', '--name', 'Books')).toMatchObject({ code: 0 })
    const readme = await readFile(join(place.folder, 'open/README.md'), 'utf8')
    expect(readme).toContain(
      'To be filled in here and in both files: the account `111122223333` and the repo',
    )
    expect(JSON.parse(await readFile(join(place.folder, 'open/package.json'), 'utf8'))).toMatchObject({
      name: 'books',
    })
  })

  it('replaces nothing, and minds no fresh repository of git', async () => {
    await mkdir(join(place.folder, 'full/.git'), { recursive: true })
    await writeFile(join(place.folder, 'full/notes.txt'), 'mine')
    const refused = await place.run('init', 'full')
    expect(refused).toMatchObject({ code: 1 })
    expect(refused.err).toMatch(/Folder not empty.*full holds notes\.txt.*replaces nothing/s)
    expect(await readdir(join(place.folder, 'full'))).toEqual(['.git', 'notes.txt'])
    await rm(join(place.folder, 'full/notes.txt'))
    expect(await place.run('init', 'full')).toMatchObject({ code: 0 })
  })

  it.each([
    [['--expres'], 'Try: --express'],
    [['--express', '--python'], '--express and --python exclude each other'],
    [['--account', '12'], '--account 12: 12 digits'],
    [['--region', 'moon'], '--region moon: a region'],
    [['--repository', 'my-company/*'], '--repository my-company/*: <owner>/<name>'],
  ])('refuses %j as wrong usage', async (words, says) => {
    const refused = await place.run('init', 'never', ...words)
    expect(refused).toMatchObject({ code: 2, out: '' })
    expect(refused.err).toContain(says)
    expect(await readdir(place.folder)).not.toContain('never')
  })

  it('refuses a name that no function can have', async () => {
    const refused = await place.run('init', 'never', '--name', 'a b')
    expect(refused.code).toBe(1)
    expect(refused.err).toContain("The function name 'a b' is not valid")
  })

  it('takes the versions that this repository is tested with', async () => {
    const { devDependencies: tested } = await readManifest(repository)
    for (const kind of ['hono', 'express']) {
      const { dependencies, devDependencies } = await readManifest(
        join(repository, 'packages/furlong/templates', kind),
      )
      for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
        expect([name, version]).toEqual([name, tested[name] ?? '{{furlong}}'])
      }
    }
  })
})

type Manifest = Readonly<Record<'dependencies' | 'devDependencies', Readonly<Record<string, string>>>>

async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest
}
