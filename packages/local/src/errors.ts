/** What can go wrong with the local side itself, as stable codes. */
export type LocalErrorCode =
  | 'PortInUse'
  /** `--host` names no address of this machine. */
  | 'HostNotAvailable'
  | 'UrlPortInUse'
  | 'NoFreeUrlPort'
  | 'StateFolderNotWritable'
  | 'StateFolderInUse'
  /** The folder holds files that are not furlong's. */
  | 'StateFolderForeign'
  /** There is state already where other state is to be put. */
  | 'StateFolderNotEmpty'
  /** The disk, or what is allowed of it, is full. */
  | 'StateFolderFull'
  /** The file is no export of a state, or a damaged one. */
  | 'StateFileUnreadable'
  /** The file of an export cannot be written. */
  | 'StateFileNotWritable'
  /** More URLs have ports than files may be open. */
  | 'TooManyOpenFiles'
  | 'RuntimeFolderNotWritable'
  | 'UnknownAccount'
  | 'UnknownRole'
  | 'UnknownFunction'
  /** The state file was written by a newer furlong. */
  | 'StoreTooNew'
  /** The state file is none, or damaged. */
  | 'StoreUnreadable'
  | 'EngineClosed'
  /** No such runtime id. */
  | 'UnknownRuntime'
  /** The program of a runtime is not on this machine. */
  | 'RuntimeMissing'
  /** There is no such folder to stand for /opt. */
  | 'OptFolderMissing'

/** The local side could not do what was asked of it; `code` is stable, the message says what to do next. */
export class LocalError extends Error {
  override readonly name = 'LocalError'
  readonly code: LocalErrorCode

  constructor(code: LocalErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
