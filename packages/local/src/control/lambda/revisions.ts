import { ControlError } from '../control-error.ts'

/**
 * Checks the RevisionId of a call that changes a function, a version or an alias.
 *
 * @param current the revision of what is to be changed
 * @param given by the caller; undefined when it does not care
 * @throws {ControlError} PreconditionFailedException with Lambda's text when they differ
 */
export function checkRevision(current: string, given: string | undefined): void {
  if (given === undefined || given === current) return
  throw new ControlError(
    'PreconditionFailedException',
    'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
  )
}
