/** With the real pip, and wheels of our own in a folder: pip's own configuration says that there is no index. */
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync, strFromU8, unzipSync } from 'fflate'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { infoFolder, makeWheel } from '../../../../conform/wheel.ts'
import { createBundle, type BundleOptions } from './bundle.ts'

// pip takes a second for each run, and many where the machine is busy.
vi.setConfig({ testTimeout: 180_000 })

let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'furlong-python-'))
  await mkdir(join(folder, 'app'))
  await mkdir(join(folder, 'wheels'))
  vi.stubEnv('PIP_CONFIG_FILE', '/dev/null')
  vi.stubEnv('PIP_NO_INDEX', '1')
  vi.stubEnv('PIP_FIND_LINKS', join(folder, 'wheels'))
  await write('app.py', 'import pure\n\ndef handler(event, context):\n    return pure.name\n')
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true, force: true })
})

const write = (name: string, text: string): Promise<void> => writeFile(join(folder, 'app', name), text)

/** A wheel with one module, a program, and the tag that is wanted. */
const makePackage = (name: string, tag: string, options: { requires?: string } = {}): Promise<void> =>
  makeWheel(join(folder, 'wheels'), {
    name,
    tag,
    ...options,
    files: {
      [`${name}/__init__.py`]: `name = "${name} ${tag}"\n`,
      [`${infoFolder({ name })}/entry_points.txt`]: `[console_scripts]\n${name} = ${name}:name\n`,
    },
  })

/** pip looks into it only when it may build. */
const makeSource = (name: string): Promise<void> =>
  writeFile(join(folder, 'wheels', `${name}-1.0.tar.gz`), gzipSync(new Uint8Array(1024)))

/** A project that builds itself: a wheel of the given tag. */
async function makeProject(tag: string): Promise<void> {
  const backend = `import zipfile
def build_wheel(directory, config_settings=None, metadata_directory=None):
    name = "own-1.0-${tag}.whl"
    with zipfile.ZipFile(directory + "/" + name, "w") as wheel:
        wheel.writestr("own.py", "name = 'own'")
        wheel.writestr("own-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: own\\nVersion: 1.0\\n")
        wheel.writestr("own-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: ${tag}\\n")
        wheel.writestr("own-1.0.dist-info/RECORD", "")
    return name
build_editable = build_wheel
`
  await mkdir(join(folder, 'lib'), { recursive: true })
  await writeFile(join(folder, 'lib/backend.py'), backend)
  await writeFile(
    join(folder, 'lib/pyproject.toml'),
    '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
  )
}

const bundle = (options: BundleOptions = {}) => createBundle(join(folder, 'app/app.py'), options)

function findMissingPip(): string {
  try {
    execFileSync('python3', ['-m', 'pip', '--version'], { stdio: 'ignore' })
    return ''
  } catch {
    return ' (not run: python3 with pip is missing)'
  }
}
const missingPip = findMissingPip()

describe.skipIf(missingPip)(`createBundle() of a Python entry with requirements.txt${missingPip}`, () => {
  it('packs wheels of any platform and of Lambda’s, without bytecode, programs and traces of this machine', async () => {
    await makePackage('pure', 'py3-none-any', { requires: 'native' })
    await makePackage('native', 'cp313-cp313-manylinux_2_28_x86_64')
    await makePackage('native', 'cp313-cp313-manylinux_2_28_aarch64')
    await makePackage('native', 'cp313-cp313-macosx_11_0_arm64')
    await write('requirements.txt', 'pure\n')
    await write('other.whl', 'not code')
    const first = await bundle()
    const files = unzipSync(first.zip)
    expect(Object.keys(files).filter((path) => !path.includes('.dist-info/'))).toEqual([
      'app.py',
      'native/__init__.py',
      'pure/__init__.py',
      'requirements.txt',
    ])
    const read = (zip: Uint8Array, path: string): string =>
      strFromU8(unzipSync(zip)[path] ?? new Uint8Array())
    expect(read(first.zip, 'native/__init__.py')).toContain('manylinux_2_28_x86_64')
    const record = read(first.zip, 'native-1.0.dist-info/RECORD')
    expect(record).not.toContain('bin/')
    expect(record).toContain('native/__init__.py,')
    expect(
      Object.values(files)
        .map((bytes) => strFromU8(bytes))
        .join('\n'),
    ).not.toContain(folder)
    expect(first).toMatchObject({
      handler: 'app.handler',
      runtime: 'python3.13',
      says: "2 packages for Lambda's python3.13 on x86_64",
    })
    expect((await bundle()).codeSha256).toBe(first.codeSha256)

    const arm = await bundle({ architecture: 'arm64' })
    expect(arm.says).toBe("2 packages for Lambda's python3.13 on arm64")
    expect(read(arm.zip, 'native/__init__.py')).toContain('aarch64')
  })

  it.each([
    ['another system', 'cp313-cp313-macosx_11_0_arm64', 'python3.13'],
    ['another Python', 'cp311-cp311-manylinux2014_x86_64', 'python3.13'],
    ['a newer glibc than Amazon Linux 2 has', 'cp311-cp311-manylinux_2_28_x86_64', 'python3.11'],
    ['another libc', 'cp313-cp313-musllinux_1_2_x86_64', 'python3.13'],
  ])('names a package whose wheels are for %s', async (_what, tag, runtime) => {
    await makePackage('pure', 'py3-none-any', { requires: 'some-native' })
    await makePackage('some_native', tag)
    await write('requirements.txt', 'pure\n')
    await expect(bundle({ runtime })).rejects.toMatchObject({
      code: 'WheelMissing',
      message: `some-native has no wheel that fits Lambda's ${runtime} on x86_64; there is some_native-1.0-${tag}.whl.`,
      tryThis: expect.stringContaining('another version of some-native') as string,
    })
  })

  it('names a package that has only its source, and takes the wheel that is made of it then', async () => {
    await makeSource('pure')
    await write('requirements.txt', 'pure==1.0\n')
    await expect(bundle()).rejects.toMatchObject({
      code: 'WheelMissing',
      message: expect.stringContaining('pure has no wheel, only its source (pure-1.0.tar.gz)') as string,
      tryThis: expect.stringContaining('pip wheel --no-deps --wheel-dir wheels pure') as string,
    })
    await expect(bundle({ pythonHost: 'here' })).rejects.toMatchObject({ code: 'WheelMissing' })

    vi.stubEnv('PIP_FIND_LINKS', '')
    await makePackage('pure', 'py3-none-any')
    await write('requirements.txt', '--find-links ../wheels\npure==1.0\n')
    expect((await bundle()).says).toContain('1 package for')
  })

  it('names a package that was built here, or is a link to a folder here', async () => {
    await makeProject('py3-none-any')
    await write('requirements.txt', '../lib\n')
    const { zip, says } = await bundle()
    const files = unzipSync(zip)
    expect(Object.keys(files)).toContain('own.py')
    expect(
      Object.values(files)
        .map((bytes) => strFromU8(bytes))
        .join('\n'),
    ).not.toContain(folder)
    expect(says).toContain('1 package')

    await makeProject('cp313-cp313-manylinux2014_x86_64')
    await expect(bundle()).rejects.toMatchObject({
      code: 'WheelMissing',
      message:
        "own 1.0 was built on this machine (cp313-cp313-manylinux2014_x86_64), and nothing says that it fits Lambda's python3.13 on x86_64.",
    })

    await write('requirements.txt', '-e ../lib\n')
    await expect(bundle()).rejects.toMatchObject({
      code: 'WheelMissing',
      message: expect.stringContaining('own is installed as a link to file://') as string,
    })
  })

  it('installs for the Python of this machine where the local side will run it', async () => {
    await makePackage('pure', 'py3-none-any')
    await write('requirements.txt', 'pure\n')
    const { says } = await bundle({ pythonHost: 'here' })
    expect(says).toMatch(/^1 package for Python 3\.\d+ of this machine$/)
  })

  it('says what pip says where nothing of the name is there, and of a runtime that is no Python', async () => {
    await write('requirements.txt', 'nowhere==7\n')
    await expect(bundle()).rejects.toMatchObject({
      code: 'PipFailed',
      message: expect.stringContaining('No matching distribution found for nowhere==7') as string,
    })
    await expect(bundle({ runtime: 'nodejs24.x' })).rejects.toMatchObject({
      code: 'BundleFailed',
      message: expect.stringContaining("'nodejs24.x' is no Python") as string,
    })
  })

  it('takes a file without packages, and lets a module of the folder go before a package', async () => {
    await write('requirements.txt', '# none yet\n')
    expect((await bundle()).says).toContain('0 packages')
    await makePackage('pure', 'py3-none-any')
    await mkdir(join(folder, 'app/pure'))
    await write('pure/__init__.py', 'name = "own"\n')
    await write('requirements.txt', 'pure\n')
    const module = unzipSync((await bundle()).zip)['pure/__init__.py'] ?? new Uint8Array()
    expect(strFromU8(module)).toBe('name = "own"\n')
  })

  it('leaves nothing behind', async () => {
    const temporary = join(folder, 'tmp')
    await mkdir(temporary)
    vi.stubEnv('TMPDIR', temporary)
    await makePackage('pure', 'py3-none-any')
    await write('requirements.txt', 'pure\n')
    await bundle()
    await write('requirements.txt', 'nowhere\n')
    await bundle().catch(() => undefined)
    expect(execFileSync('ls', [temporary], { encoding: 'utf8' })).toBe('')
    expect(execFileSync('ls', [join(folder, 'app')], { encoding: 'utf8' })).toBe('app.py\nrequirements.txt\n')
  })
})

describe('createBundle() of too much', () => {
  it('names the limit, and what most of the code is', async () => {
    const large = await open(join(folder, 'app/model.bin'), 'w')
    await large.truncate(262_144_000)
    await large.close()
    const own = (await readFile(join(folder, 'app/app.py'))).length
    await expect(bundle()).rejects.toMatchObject({
      code: 'BundleTooLarge',
      message: `The code of app.py has ${262_144_000 + own} bytes; Lambda takes 262144000 (250 MB). Most of it: model.bin 250 MB, app.py 0 MB.`,
    })
  })
})
