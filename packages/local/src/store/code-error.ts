/** A deployment package that cannot be used; the message is Lambda's own. */
export class CodeError extends Error {
  override readonly name = 'CodeError'
}

/** The most a package may unpack to: Lambda's quota of 250 MB. */
export const maxUnzippedBytes = 262_144_000

/** The most a package may weigh when it comes in the request itself: Lambda's quota of 50 MB. */
export const maxZippedBytes = 52_428_800

/**
 * Makes the refusal of a damaged or dangerous package.
 *
 * @returns the error, with Lambda's sentence
 */
export function createUnzipError(): CodeError {
  return new CodeError('Could not unzip uploaded file. Please check your file, then try to upload again.')
}
