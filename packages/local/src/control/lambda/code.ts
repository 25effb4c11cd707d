import { CodeError, maxZippedBytes } from '../../store/code-error.ts'
import type { StoredCode } from '../../store/code-store.ts'
import { ControlError } from '../control-error.ts'
import type { ControlServices } from '../services.ts'
import { invalidParameterError } from './errors.ts'

/**
 * Takes a deployment package from a request.
 *
 * @param zipFile base64
 * @param services keep the code
 * @returns hash and size
 * @throws {ControlError} with Lambda's text when it cannot be used
 */
export async function takeCode(
  zipFile: string,
  services: Pick<ControlServices, 'code'>,
): Promise<StoredCode> {
  const zip = Buffer.from(zipFile, 'base64')
  if (zip.length > maxZippedBytes) {
    throw new ControlError(
      'RequestEntityTooLargeException',
      `Zipped size must be smaller than ${maxZippedBytes} bytes`,
    )
  }
  try {
    return await services.code.put(zip)
  } catch (error) {
    if (error instanceof CodeError) throw invalidParameterError(error.message)
    throw error
  }
}
