/** A package of which there are files, and none that fits. */
export interface UnfitPackage {
  readonly name: string
  /** File names of its wheels, all of them for something else. */
  readonly wheels: readonly string[]
  /** File names of its sources, which would have to be built. */
  readonly sources: readonly string[]
}

const missing = /ERROR: No matching distribution found for (\S.*)$/m
/** What pip logs of a file that it leaves out, with its address. */
const skipped =
  /Skipping link: (?:none of the wheel's tags \(.*?\) are compatible.*?|No sources permitted for .*?): (\S+)/g

/**
 * Reads in pip's log which package it found no fitting file of, and which files there are.
 * @param log what pip wrote into the file of `--log`
 * @returns the package; undefined when pip failed for something else, or there is no file of that name at all
 */
export function findUnfitPackage(log: string): UnfitPackage | undefined {
  const name = /^[\w.-]+/.exec(missing.exec(log)?.[1] ?? '')?.[0]
  if (name === undefined) return undefined
  const files = new Set([...log.matchAll(skipped)].map(([, link = '']) => readFileName(link)))
  const own = [...files].filter((file) => normalize(readProject(file)) === normalize(name))
  if (own.length === 0) return undefined
  return {
    name,
    wheels: own.filter((file) => file.endsWith('.whl')),
    sources: own.filter((file) => !file.endsWith('.whl')),
  }
}

/**
 * Says which files a package has in place of the one that is wanted, and what to do.
 * @param unfit the package
 * @param wanted what it should fit, for people
 * @param version of the Python that it should fit, such as `3.13`
 * @returns the two sentences
 */
export function describeUnfitPackage(
  { name, wheels, sources }: UnfitPackage,
  wanted: string,
  version: string,
): { readonly says: string; readonly tryThis: string } {
  if (wheels.length === 0) {
    return {
      says: `${name} has no wheel, only its source (${listNames(sources)}), and furlong builds none: what comes out might not fit ${wanted}.`,
      tryThis: `python${version} -m pip wheel --no-deps --wheel-dir wheels ${name}, and the line '--find-links wheels' in requirements.txt; a wheel that does not end in -none-any.whl must be built in the image public.ecr.aws/sam/build-python${version}`,
    }
  }
  const source = sources.length === 0 ? '' : ` and its source (${listNames(sources)})`
  return {
    says: `${name} has no wheel that fits ${wanted}; there is ${listNames(wheels)}${source}.`,
    tryThis: `another version of ${name} in requirements.txt, or another --runtime or --architecture`,
  }
}

/** The newest files stand last in pip's log. */
const maxNamed = 3

function listNames(names: readonly string[]): string {
  const rest = names.length - maxNamed
  return names.slice(-maxNamed).join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}

/** The address may hold a password; its last part does not. */
function readFileName(link: string): string {
  const [path = ''] = link.split(/[?#]/)
  return decodeURIComponent(path.slice(path.lastIndexOf('/') + 1))
}

/** A wheel's name has no `-` of its own, a source's has its version after the last one. */
function readProject(file: string): string {
  return file.slice(0, file.endsWith('.whl') ? file.indexOf('-') : file.lastIndexOf('-'))
}

/** @see https://packaging.python.org/en/latest/specifications/name-normalization/ */
function normalize(name: string): string {
  return name.replaceAll(/[-_.]+/g, '-').toLowerCase()
}
