import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { AwsError } from '../errors.ts'
import { readPackages, type BundleFile } from './archive.ts'
import {
  createLambdaPlatform,
  readPythonVersion,
  type Architecture,
  type PythonHost,
  type PythonPlatform,
} from './python-platform.ts'
import { describeUnfitPackage, findUnfitPackage } from './unfit-package.ts'

/** What packages are installed for. */
export interface PackageOptions {
  /** Such as `python3.13`. */
  readonly runtime: string
  readonly architecture: Architecture
  readonly host: PythonHost
}

/** The packages of a function, as its code finds them. */
export interface InstalledPackages {
  readonly files: readonly BundleFile[]
  /** For people: `2 packages for Lambda's python3.13 on x86_64`. */
  readonly says: string
}

/**
 * Installs the packages of a requirements file for where the function will run; nothing stays on this machine.
 *
 * pip does it, with the configuration it has here: its index, its proxies, its constraints. Wheels alone are taken, since what is built
 * here fits here. Conditions of requirements (`; python_version < "3.12"`) pip decides by the Python it runs on: that of the runtime's
 * version when there is one.
 *
 * @param requirements absolute path of the file
 * @param options runtime, architecture, and where it will run
 * @returns the files for the zip; equal packages make equal files
 * @throws {AwsError} `PipMissing` without a pip that works, `WheelMissing` for a package that does not fit, `PipFailed` for the rest
 */
export async function installPackages(
  requirements: string,
  options: PackageOptions,
): Promise<InstalledPackages> {
  const version = readPythonVersion(options.runtime)
  const python = await findPython(options)
  const platform: PythonPlatform =
    options.host === 'lambda'
      ? createLambdaPlatform(options.runtime, options.architecture)
      : { says: `Python ${python.version} of this machine`, pipArguments: [] }
  const place = await mkdtemp(join(tmpdir(), 'furlong-packages-'))
  try {
    const [folder, log, report] = [join(place, 'packages'), join(place, 'log'), join(place, 'report.json')]
    const words = ['--target', folder, '--log', log, '--report', report, ...platform.pipArguments]
    try {
      await runPip(python.program, [...installWords, ...words, '--requirement', requirements], requirements)
    } catch (error) {
      const text = await readFile(log, 'utf8').catch(() => '')
      throw describeFailure(error, text, platform.says, options.host === 'here' ? python.version : version)
    }
    const installed = readReport(await readFile(report, 'utf8'))
    await refuseBuilt(installed, folder, platform.says, options.host)
    const count = `${installed.length} ${installed.length === 1 ? 'package' : 'packages'}`
    return { files: await readPackages(folder), says: `${count} for ${platform.says}` }
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}

/** Without bytecode, which holds times, and without what asks: nobody answers. */
const installWords = [
  'install',
  '--only-binary=:all:',
  '--no-compile',
  '--no-user',
  '--no-input',
  '--no-warn-conflicts',
  '--disable-pip-version-check',
]

async function runPip(program: string, words: readonly string[], requirements: string): Promise<void> {
  await promisify(execFile)(program, ['-m', 'pip', ...words], {
    // Paths in the file start from its folder, as they do for who runs pip there.
    cwd: dirname(requirements),
    // These two are for environments; a folder of its own is none.
    env: { ...process.env, PIP_REQUIRE_VIRTUALENV: '0', PIP_USER: '0', PIP_ROOT_USER_ACTION: 'ignore' },
    maxBuffer: 64 * 1024 * 1024,
  })
}

interface Python {
  readonly program: string
  /** Such as `3.11`. */
  readonly version: string
}

const question = "import sys, pip; print('%d.%d' % sys.version_info[:2])"

/** In the order in which the local side looks for an interpreter. For Lambda any will do, and an active environment's is nearer. */
async function findPython({ runtime, host }: PackageOptions): Promise<Python> {
  const environment = process.env['VIRTUAL_ENV'] ?? ''
  const ofEnvironment = host === 'here' || environment === '' ? [] : [join(environment, 'bin/python')]
  let reason = ''
  for (const program of [runtime, ...ofEnvironment, 'python3']) {
    try {
      const { stdout } = await promisify(execFile)(program, ['-c', question], { timeout: 30_000 })
      return { program, version: stdout.trim() }
    } catch (error) {
      reason = error instanceof Error ? (error.message.trim().split('\n').at(-1) ?? '') : String(error)
    }
  }
  throw new AwsError(
    'PipMissing',
    `The packages of requirements.txt are installed by pip, and neither ${runtime} nor python3 has one: ${reason}.`,
    { tryThis: 'python3 -m ensurepip, or the package python3-pip of your system' },
  )
}

function describeFailure(error: unknown, log: string, wanted: string, version: string): AwsError {
  const unfit = findUnfitPackage(log)
  if (unfit !== undefined) {
    const { says, tryThis } = describeUnfitPackage(unfit, wanted, version)
    return new AwsError('WheelMissing', says, { tryThis, cause: error })
  }
  const stderr = (error as { stderr?: unknown } | null)?.stderr
  const lines = String(stderr ?? error).split('\n')
  const said = lines.flatMap((line) => /^(?:ERROR|error): (.*)$/.exec(line)?.[1] ?? [])
  if (lines.some((line) => line.includes('no such option: --report'))) {
    return new AwsError('PipMissing', 'furlong needs pip 22.2 or newer.', {
      tryThis: 'python3 -m pip install --upgrade pip',
      cause: error,
    })
  }
  const why = said.length > 0 ? said.join(' ') : lines.slice(-3).join(' ').trim()
  return new AwsError('PipFailed', `pip cannot install the packages of requirements.txt: ${why}`, {
    cause: error,
  })
}

/** What pip installed, and from where. @see https://pip.pypa.io/en/stable/reference/installation-report/ */
interface Installed {
  readonly metadata: { readonly name: string; readonly version: string }
  readonly download_info: { readonly url: string; readonly dir_info?: { readonly editable?: boolean } }
}

function readReport(text: string): readonly Installed[] {
  return (JSON.parse(text) as { install: readonly Installed[] }).install
}

/** A folder or a repository is built by pip whatever it is told: of these only what fits everywhere may go along. */
async function refuseBuilt(
  installed: readonly Installed[],
  folder: string,
  wanted: string,
  host: PythonHost,
): Promise<void> {
  for (const { metadata, download_info: from } of installed) {
    const { name, version } = metadata
    if (from.dir_info?.editable === true) {
      throw new AwsError('WheelMissing', `${name} is installed as a link to ${from.url}, which stays here.`, {
        tryThis: `its folder without -e in requirements.txt`,
      })
    }
    const isWheel = from.url.split(/[?#]/)[0]?.endsWith('.whl') === true
    if (isWheel || host === 'here') continue
    const info = `${name.replaceAll(/[-_.]+/g, '_')}-${version}.dist-info/WHEEL`
    const wheel = await readFile(join(folder, info), 'utf8').catch(() => '')
    const tags = [...wheel.matchAll(/^Tag: (\S+)/gm)].map(([, tag = '']) => tag)
    if (tags.length > 0 && tags.every((tag) => tag.endsWith('-none-any'))) continue
    throw new AwsError(
      'WheelMissing',
      `${name} ${version} was built on this machine (${tags.join(', ') || 'without a tag'}), and nothing says that it fits ${wanted}.`,
      {
        tryThis: `its wheel, built for ${wanted}, in a folder, and '--find-links <folder>' in requirements.txt`,
      },
    )
  }
}
