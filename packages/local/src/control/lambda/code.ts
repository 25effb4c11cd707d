import { CodeError, maxZippedBytes } from '../../store/code-error.ts'
import type { StoredCode } from '../../store/code-store.ts'
import { ControlError } from '../control-error.ts'
import type { ControlServices } from '../services.ts'
import { invalidParameterError } from './errors.ts'

/** What a package of the largest size weighs in base64, which is how requests carry it. */
const maxEncodedBytes = Math.ceil(maxZippedBytes / 3) * 4

/**
 * Takes a deployment package from a request.
 *
 * @param zipFile base64
 * @param operation the operation's name, for the message
 * @param services keep the code
 * @returns hash and size
 * @throws {ControlError} with Lambda's text when it cannot be used
 */
export async function takeCode(
  zipFile: string,
  operation: string,
  services: Pick<ControlServices, 'code'>,
): Promise<StoredCode> {
  if (zipFile.length > maxEncodedBytes) {
    throw new ControlError(
      'RequestEntityTooLargeException',
      `Request must be smaller than ${maxEncodedBytes} bytes for the ${operation} operation`,
    )
  }
  try {
    return await services.code.put(Buffer.from(zipFile, 'base64'))
  } catch (error) {
    if (error instanceof CodeError) throw invalidParameterError(error.message)
    throw error
  }
}
