import { AwsError } from '../errors.ts'
import type { BundleFile } from './archive.ts'

/** Largest zip that may be sent in a request to `CreateFunction`, in bytes. @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const maxZipBytes = 52_428_800
/** Most bytes that a function's code may have once it is unzipped: 250 MB. @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const maxUnzippedBytes = 262_144_000

/**
 * Refuses code that Lambda would refuse for its size, before time is spent on its zip.
 * @param entry what it is the code of, as the user named it
 * @param files the files of the zip
 * @throws {AwsError} `BundleTooLarge`, with the folders that hold most of it
 */
export function checkUnzippedSize(entry: string, files: readonly BundleFile[]): void {
  const sizes = new Map<string, number>()
  let total = 0
  for (const { path, bytes } of files) {
    const [top = path] = path.split('/')
    sizes.set(top, (sizes.get(top) ?? 0) + bytes.length)
    total += bytes.length
  }
  if (total <= maxUnzippedBytes) return
  const largest = [...sizes].toSorted(([, a], [, b]) => b - a).slice(0, 3)
  const list = largest.map(([name, bytes]) => `${name} ${Math.round(bytes / 1_048_576)} MB`).join(', ')
  throw new AwsError(
    'BundleTooLarge',
    `The code of ${entry} has ${total} bytes; Lambda takes ${maxUnzippedBytes} (250 MB). Most of it: ${list}.`,
    { tryThis: 'fewer or smaller packages, or a container image, which may have 10 GB' },
  )
}

/**
 * Refuses a zip that cannot be sent.
 * @param entry what it is the code of, as the user named it
 * @param zip its bytes
 * @throws {AwsError} `BundleTooLarge`
 */
export function checkZipSize(entry: string, zip: Uint8Array): void {
  if (zip.length <= maxZipBytes) return
  throw new AwsError(
    'BundleTooLarge',
    `The zip of ${entry} has ${zip.length} bytes; Lambda takes ${maxZipBytes} in a request.`,
  )
}
