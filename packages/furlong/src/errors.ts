/** Exit code of wrong usage. */
export const wrongUsage = 2
/** Exit code of what was refused or failed. */
export const failed = 1
/** Exit code of what ctrl-c ended before it was done: 128 and the number of SIGINT, as shells have it. */
export const interrupted = 130

/** Stable names of the command line's own errors. */
export type CliErrorCode =
  | 'unexpected'
  | 'unknown-command'
  | 'unknown-option'
  | 'wrong-usage'
  | 'no-local-side'
  | 'several-local-sides'
  | 'shell-is-local'
  | 'state-in-use'
  | 'side-runs-already'
  | 'unknown-account'
  | 'side-silent'
  | 'side-refused'
  | 'not-started'
  | 'not-stopped'
  | 'no-refusal'
  | 'no-such-record'
  | 'not-a-transcript'
  | 'url-id-taken'
  | 'local-only'
  | 'no-keys'
  | 'needs-yes'
  | 'not-sent'
  | 'folder-not-empty'
  | 'unreadable-file'
  | 'unwritable-file'
  | 'program-not-found'
  | 'program-not-run'
  | 'python-missing'
  | 'debugpy-missing'
  | 'debug-port-in-use'
  | 'not-debuggable'

type Details = Readonly<Record<string, string>>

/** All about one error. */
export interface CatalogueRow {
  readonly title: string
  readonly exitCode: number
  /** What it means, for whoever looks it up. */
  readonly means: string
  /** What happened, for whoever it happened to. */
  sentence(details: Details): string
  /** A command or an action that may help, without a point at its end. */
  tryThis(details: Details): string
}

/** Every error of the command line itself: one row says all about it. */
export const catalogue: Readonly<Record<CliErrorCode, CatalogueRow>> = {
  unexpected: {
    title: 'Unexpected error',
    exitCode: failed,
    means: 'Something failed that furlong does not know; where it did is printed behind it.',
    sentence: ({ message }) => message ?? '',
    tryThis: () =>
      'the same command again; when it comes back, report it with these lines and the version of furlong',
  },
  'unknown-command': {
    title: 'Unknown command',
    exitCode: wrongUsage,
    means: 'The first word is no command.',
    sentence: ({ name }) => `furlong has no command '${name}'.`,
    tryThis: ({ suggestion }) => (suggestion ? `npx furlong ${suggestion}` : 'npx furlong --help'),
  },
  'unknown-option': {
    title: 'Unknown option',
    exitCode: wrongUsage,
    means: 'The command has no such option.',
    sentence: ({ command, option }) => `'furlong ${command}' has no option ${option}.`,
    tryThis: ({ command, suggestion }) => suggestion || `npx furlong ${command} --help`,
  },
  'wrong-usage': {
    title: 'Wrong usage',
    exitCode: wrongUsage,
    means:
      'An argument or the value of an option is missing, wrong, or one too many. Values that could be secrets are not repeated.',
    sentence: ({ message }) => message ?? '',
    tryThis: ({ command, suggestion }) => suggestion || `npx furlong ${command} --help`,
  },
  'no-local-side': {
    title: 'No local side',
    exitCode: failed,
    means:
      'The command works on a local side, and none that could be meant is running. A side of another project is never taken.',
    sentence: ({ looked }) => `No local side is running: ${looked}.`,
    tryThis: ({ suggestion }) => suggestion || 'npx furlong up, or --aws or --profile <name> for AWS',
  },
  'several-local-sides': {
    title: 'Several local sides',
    exitCode: failed,
    means: 'More than one local side is running, and neither this folder nor an option says which is meant.',
    sentence: ({ list }) => `Several local sides are running, and nothing says which is meant:\n${list}`,
    tryThis: ({ port }) => `--port ${port}`,
  },
  'shell-is-local': {
    title: 'This shell is local',
    exitCode: wrongUsage,
    means:
      'AWS was asked for in a shell that `furlong env` has pointed at a local side: the requests would go there.',
    sentence: ({ endpoint }) =>
      `--aws and --profile mean AWS, but this shell's AWS_ENDPOINT_URL variables point at the local side ${endpoint}, as furlong env set them.`,
    tryThis: () =>
      'another shell, or unset AWS_ENDPOINT_URL_LAMBDA AWS_ENDPOINT_URL_IAM AWS_ENDPOINT_URL_STS FURLONG_ENDPOINT and the keys',
  },
  'state-in-use': {
    title: 'State folder in use',
    exitCode: failed,
    means: 'A state folder belongs to one running side at a time.',
    sentence: ({ folder, endpoint }) => `${folder} is the state of the local side ${endpoint}.`,
    tryThis: ({ port }) => `npx furlong down --port ${port}, or another folder with --state`,
  },
  'side-runs-already': {
    title: 'A local side runs already',
    exitCode: failed,
    means: '`furlong dev` runs a local side of its own, and one that runs has the state of this project.',
    sentence: ({ folder, endpoint, pid }) =>
      `furlong dev runs a local side of its own, and ${endpoint} (process ${pid}) has the state of this project, ${folder}.`,
    tryThis: ({ entry }) =>
      `npx furlong deploy ${entry}, to the side that runs; npx furlong down, then this again; or this with --memory --port 0, for a side beside it`,
  },
  'unknown-account': {
    title: 'Unknown account',
    exitCode: failed,
    means: 'The local side has other accounts: those of `furlong up --accounts`.',
    sentence: ({ account, known }) => `The local side has no account ${account}; it has ${known}.`,
    tryThis: ({ account }) => `npx furlong up --accounts ${account},…`,
  },
  'side-silent': {
    title: 'Local side does not answer',
    exitCode: failed,
    means: 'The local side is registered, and does not answer.',
    sentence: ({ endpoint, reason }) => `The local side at ${endpoint} does not answer: ${reason}.`,
    tryThis: () => 'npx furlong down, then npx furlong up',
  },
  'side-refused': {
    title: 'Refused by the local side',
    exitCode: failed,
    means: 'The local side understood what was asked of it, and did not do it.',
    sentence: ({ message }) => message ?? '',
    tryThis: () => 'npx furlong status, which shows what is there',
  },
  'not-started': {
    title: 'Local side not started',
    exitCode: failed,
    means: 'The local side or the proxy ended before it listened, or was not ready in time.',
    sentence: ({ message }) => message ?? '',
    tryThis: ({ suggestion }) => suggestion || 'npx furlong up, without --detach, which shows what it does',
  },
  'not-stopped': {
    title: 'Local side not stopped',
    exitCode: failed,
    means: 'The process of the local side goes on after it was asked to end.',
    sentence: ({ pid, seconds }) => `The process ${pid} still runs after ${seconds} s.`,
    tryThis: ({ pid }) => `kill ${pid}`,
  },
  'no-refusal': {
    title: 'Nothing to explain',
    exitCode: failed,
    means: 'There is nothing to explain: no request was refused since the records begin.',
    sentence: () => 'The local side has refused no request yet.',
    tryThis: () => 'npx furlong call <function>',
  },
  'no-such-record': {
    title: 'Unknown request',
    exitCode: failed,
    means: 'No record has this id: it is mistyped, of another side, or older than what is kept.',
    sentence: ({ id }) => `The local side has no record '${id}'; it keeps the latest ones.`,
    tryThis: () => 'npx furlong explain',
  },
  'not-a-transcript': {
    title: 'Nothing to examine',
    exitCode: failed,
    means: 'What was given to `furlong explain --from` is none of the forms that it reads.',
    sentence: ({ from }) =>
      `${from} holds no output of curl -v, no HAR, no HTTP request or answer, and no error of AWS.`,
    tryThis: () => 'curl -v … 2>&1 | npx furlong explain --from -',
  },
  'url-id-taken': {
    title: 'URL id taken',
    exitCode: failed,
    means: 'Each id of a URL belongs to one function of the local side.',
    sentence: ({ id, functionArn }) => `The URL id ${id} belongs to ${functionArn}.`,
    tryThis: ({ functionName }) => `npx furlong url delete ${functionName}, or another --id`,
  },
  'local-only': {
    title: 'Only on the local side',
    exitCode: failed,
    means: 'The command, or what it was asked, is of the local side alone.',
    sentence: ({ what }) => `${what} is not served for AWS.`,
    tryThis: ({ suggestion }) => suggestion || 'the same on the local side, without --aws and --profile',
  },
  'no-keys': {
    title: 'No keys to sign with',
    exitCode: failed,
    means:
      'Requests are signed as a role, for which a session is made, or as a user of the local side. A user of AWS has keys of their own, and an account or a service none.',
    sentence: ({ principal }) => `There are no keys to sign as ${principal}.`,
    tryThis: ({ suggestion }) => suggestion || 'name a role or a function',
  },
  'needs-yes': {
    title: 'Not confirmed',
    exitCode: failed,
    means:
      'A change on AWS that takes something away or opens it to everybody needs a yes: on the terminal, or as `--yes` where nobody can be asked.',
    sentence: ({ what, because }) => `${what} on AWS ${because}, and nobody has said yes to that.`,
    tryThis: () => '--yes',
  },
  'not-sent': {
    title: 'Request not sent',
    exitCode: failed,
    means: 'No connection to the URL, or one that broke before the answer began.',
    sentence: ({ url, reason }) => `${url} did not answer: ${reason}.`,
    tryThis: () => 'npx furlong status',
  },
  'folder-not-empty': {
    title: 'Folder not empty',
    exitCode: failed,
    means: '`furlong init` writes into a new or an empty folder alone.',
    sentence: ({ folder, found }) => `${folder} holds ${found}, and furlong init replaces nothing.`,
    tryThis: () => 'npx furlong init <new folder>',
  },
  'unreadable-file': {
    title: 'File cannot be read',
    exitCode: failed,
    means: 'A file that was named is not there, or may not be read.',
    sentence: ({ path, reason }) => `${path}: ${reason}.`,
    tryThis: () => 'a file that is there and that you may read',
  },
  'unwritable-file': {
    title: 'File cannot be written',
    exitCode: failed,
    means: 'A file that was named cannot be made or written.',
    sentence: ({ path, reason }) => `${path}: ${reason}.`,
    tryThis: () => 'a path in a folder that you may write to',
  },
  'program-not-found': {
    title: 'Program not found',
    exitCode: 127,
    means: '`furlong run` was given a program that is not there.',
    sentence: ({ program }) => `There is no program '${program}' to run.`,
    tryThis: () => 'its path, or a PATH that has it',
  },
  'python-missing': {
    title: 'Python missing',
    exitCode: failed,
    means: 'There is no Python to run the function with.',
    sentence: ({ program, reason }) => `A Python function needs ${program}, and it cannot be run: ${reason}.`,
    tryThis: () => 'python3 -m venv .venv, or an active virtual environment',
  },
  'debugpy-missing': {
    title: 'debugpy missing',
    exitCode: failed,
    means: '`furlong dev --inspect` of a Python file needs the package debugpy.',
    sentence: ({ program }) => `A debugger for Python needs debugpy, which ${program} cannot import.`,
    tryThis: ({ program }) => `${program} -m pip install debugpy`,
  },
  'debug-port-in-use': {
    title: 'Debugger port in use',
    exitCode: failed,
    means: 'The port for the debugger is taken, or may not be listened on.',
    sentence: ({ port, reason }) => `No debugger can listen on port ${port}: ${reason}.`,
    tryThis: ({ option }) => `--${option}=<another port>`,
  },
  'not-debuggable': {
    title: 'No debugger for this runtime',
    exitCode: failed,
    means: 'furlong starts debuggers for Node and Python alone.',
    sentence: ({ runtime }) =>
      `A function of the runtime ${runtime || 'unknown'} cannot be debugged by furlong.`,
    tryThis: () => 'a nodejs runtime, or a Python file',
  },
  'program-not-run': {
    title: 'Program cannot be run',
    exitCode: 126,
    means: '`furlong run` found the program, and the system does not run it.',
    sentence: ({ program, reason }) => `'${program}' cannot be run: ${reason}.`,
    tryThis: () => 'chmod +x, when it is meant to be run',
  },
}

/** An error of the command line: code, title, sentence, and what to try. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly code: CliErrorCode
  readonly title: string
  readonly exitCode: number
  /** A command or an action that may help. */
  readonly tryThis: string

  /**
   * Creates an error of the catalogue.
   * @param code its row
   * @param details the values that the row's sentences name
   */
  constructor(code: CliErrorCode, details: Details = {}) {
    const row = catalogue[code]
    super(row.sentence(details))
    this.code = code
    this.title = row.title
    this.exitCode = row.exitCode
    this.tryThis = row.tryThis(details)
  }
}
