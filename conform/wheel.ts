/** Wheels of our own, as small as pip takes them: no test asks an index on the network for a package. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { strToU8, zipSync } from 'fflate'

/** What a wheel holds. */
export interface WheelContents {
  readonly name: string
  /** Default `1.0`. */
  readonly version?: string
  /** Python, ABI and platform: default `py3-none-any`, for all of them. */
  readonly tag?: string
  /** Name of a package that it needs. */
  readonly requires?: string
  /** Texts by their path in it; `entry_points.txt` and the like lie in the folder that {@link infoFolder} names. */
  readonly files: Readonly<Record<string, string>>
}

/** The folder in a wheel that describes it. */
export const infoFolder = ({ name, version = '1.0' }: Pick<WheelContents, 'name' | 'version'>): string =>
  `${name}-${version}.dist-info`

/**
 * Writes a wheel.
 *
 * @param folder where to
 * @param contents what it holds
 */
export async function makeWheel(folder: string, contents: WheelContents): Promise<void> {
  const { name, version = '1.0', tag = 'py3-none-any', requires, files } = contents
  const info = infoFolder(contents)
  const needs = requires === undefined ? '' : `Requires-Dist: ${requires}\n`
  const texts: Readonly<Record<string, string>> = {
    ...files,
    [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n${needs}`,
    [`${info}/WHEEL`]: `Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: ${tag}\n`,
    [`${info}/RECORD`]: '',
  }
  const bytes = Object.fromEntries(Object.entries(texts).map(([path, text]) => [path, strToU8(text)]))
  await writeFile(join(folder, `${name}-${version}-${tag}.whl`), zipSync(bytes))
}
