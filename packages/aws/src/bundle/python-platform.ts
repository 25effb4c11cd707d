import { AwsError } from '../errors.ts'

/** The processor of a function, in Lambda's words. */
export type Architecture = 'x86_64' | 'arm64'

/** Where a Python function will run: on Lambda, or on this machine as the local side runs it. */
export type PythonHost = 'lambda' | 'here'

/** What the packages of a Python function must fit. */
export interface PythonPlatform {
  /** For people: `Lambda's python3.13 on x86_64`. */
  readonly says: string
  /** How pip is told; nothing for this machine. */
  readonly pipArguments: readonly string[]
}

/** Lambda's names of processors, and Python's. */
const machines: Readonly<Record<Architecture, string>> = { x86_64: 'x86_64', arm64: 'aarch64' }

/** Runtimes before this minor version stand on Amazon Linux 2, from it on Amazon Linux 2023. @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html */
const firstOnAmazonLinux2023 = 12
/** The glibc of each, as the second number of a `manylinux_2_x` tag. @see https://docs.aws.amazon.com/linux/al2023/ug/compare-with-al2.html */
const glibcMinor = { amazonLinux2: 26, amazonLinux2023: 34 } as const
/** `manylinux2014` is `manylinux_2_17`; the tags before it pip knows by itself. */
const oldestGlibcMinor = 17

/**
 * Reads the version of a Python runtime.
 * @param runtime such as `python3.13`
 * @returns such as `3.13`
 * @throws {AwsError} `BundleFailed` for a runtime that is no Python
 */
export function readPythonVersion(runtime: string): string {
  const [, version] = /^python(3\.\d+)$/.exec(runtime) ?? []
  if (version !== undefined) return version
  throw new AwsError(
    'BundleFailed',
    `The runtime '${runtime}' is no Python, and the packages of requirements.txt are for one.`,
    { tryThis: '--runtime python3.13' },
  )
}

/**
 * Says what packages must fit to run on Lambda: wheels for its Python, its processor, and a glibc no newer than its own.
 * @param runtime such as `python3.13`
 * @param architecture of the function
 * @returns the platform
 * @throws {AwsError} `BundleFailed` for a runtime that is no Python
 * @see https://docs.aws.amazon.com/lambda/latest/dg/python-package.html
 */
export function createLambdaPlatform(runtime: string, architecture: Architecture): PythonPlatform {
  const version = readPythonVersion(runtime)
  const isOlder = Number(version.split('.')[1]) < firstOnAmazonLinux2023
  const newest = isOlder ? glibcMinor.amazonLinux2 : glibcMinor.amazonLinux2023
  const glibcs = Array.from({ length: newest - oldestGlibcMinor + 1 }, (_, index) => `_2_${newest - index}`)
  return {
    says: `Lambda's ${runtime} on ${architecture}`,
    pipArguments: [
      ...[...glibcs, '2014'].flatMap((glibc) => [
        '--platform',
        `manylinux${glibc}_${machines[architecture]}`,
      ]),
      '--implementation',
      'cp',
      '--python-version',
      version,
    ],
  }
}
