/** What can go wrong with the local side itself, as stable codes, and what each means. */
export const localErrorCodes = {
  PortInUse: 'The main port is taken by another process.',
  HostNotAvailable: '`--host` names no address of this machine.',
  UrlPortInUse: 'The port of a function URL is taken by another process.',
  NoFreeUrlPort: 'Every port of the range for function URLs is taken.',
  StateFolderNotWritable: 'The state folder cannot be made, or nothing can be written there.',
  StateFolderInUse: 'Another running side has this state folder.',
  StateFolderForeign: 'The folder holds files that are not furlong’s.',
  StateFolderNotEmpty: 'There is state already where other state is to be put.',
  StateFolderFull: 'The disk, or what is allowed of it, is full.',
  StateFileUnreadable: 'The file is no export of a state, or a damaged one.',
  StateFileNotWritable: 'The file of an export cannot be written.',
  TooManyOpenFiles: 'More URLs have ports than files may be open.',
  RuntimeFolderNotWritable: 'The folder for temporary files cannot be written to.',
  UnknownAccount: 'The side has no such account.',
  UnknownRole: 'There is no such role on the side.',
  UnknownFunction: 'There is no such function on the side.',
  StoreTooNew: 'The state was written by a newer furlong.',
  StoreUnreadable: 'The file of the state is none, or damaged.',
  EngineClosed: 'The side is ending, and runs no function any more.',
  UnknownRuntime: 'There is no runtime of that id.',
  RuntimeMissing: 'The program of a runtime is not on this machine.',
  OptFolderMissing: 'There is no such folder to stand for /opt.',
} as const

/** What can go wrong with the local side itself, as a stable code. */
export type LocalErrorCode = keyof typeof localErrorCodes

/** The local side could not do what was asked of it; `code` is stable, the message says what to do next. */
export class LocalError extends Error {
  override readonly name = 'LocalError'
  readonly code: LocalErrorCode

  constructor(code: LocalErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
