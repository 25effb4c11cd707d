import { CodeError, maxZippedBytes } from '../../store/code-error.ts'
import { describeCode, type StoredCode } from '../../store/code-store.ts'
import { ControlError } from '../control-error.ts'
import type { ControlServices } from '../services.ts'
import { invalidParameterError } from './errors.ts'

/** A deployment package of a request. */
export interface Package extends StoredCode {
  readonly zip: Uint8Array
}

/**
 * Reads a deployment package; nothing is unpacked yet.
 *
 * @param zipFile base64; undefined when the request has none
 * @returns the file, its hash and its size
 * @throws {ControlError} with Lambda's text when there is none, or it is too large
 */
export function readPackage(zipFile: string | undefined): Package {
  if (zipFile === undefined) throw invalidParameterError('Please provide a source for function code.')
  const zip = Buffer.from(zipFile, 'base64')
  if (zip.length > maxZippedBytes) {
    throw new ControlError(
      'RequestEntityTooLargeException',
      `Zipped size must be smaller than ${maxZippedBytes} bytes`,
    )
  }
  return { zip, ...describeCode(zip) }
}

/**
 * Unpacks a deployment package and keeps it.
 *
 * @param code the package
 * @param services keep it
 * @throws {ControlError} with Lambda's text when it cannot be used
 */
export async function unpackPackage(
  { zip, ...code }: Package,
  services: Pick<ControlServices, 'code'>,
): Promise<void> {
  try {
    await services.code.put(zip, code)
  } catch (error) {
    if (error instanceof CodeError) throw invalidParameterError(error.message)
    throw error
  }
}
