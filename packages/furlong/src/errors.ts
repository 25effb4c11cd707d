/** Exit code of wrong usage. */
export const wrongUsage = 2
/** Exit code of what was refused or failed. */
export const failed = 1
/** Exit code of what ctrl-c ended before it was done: 128 and the number of SIGINT, as shells have it. */
export const interrupted = 130

/** Stable names of the command line's own errors. */
export type CliErrorCode =
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

interface CatalogueRow {
  readonly title: string
  readonly exitCode: number
  sentence(details: Details): string
  tryThis(details: Details): string
}

/** Every error of the command line itself: one row says all about it. */
const catalogue: Readonly<Record<CliErrorCode, CatalogueRow>> = {
  'unknown-command': {
    title: 'Unknown command',
    exitCode: wrongUsage,
    sentence: ({ name }) => `furlong has no command '${name}'.`,
    tryThis: ({ suggestion }) => (suggestion ? `npx furlong ${suggestion}` : 'npx furlong --help'),
  },
  'unknown-option': {
    title: 'Unknown option',
    exitCode: wrongUsage,
    sentence: ({ command, option }) => `'furlong ${command}' has no option ${option}.`,
    tryThis: ({ command, suggestion }) => suggestion || `npx furlong ${command} --help`,
  },
  'wrong-usage': {
    title: 'Wrong usage',
    exitCode: wrongUsage,
    sentence: ({ message }) => message ?? '',
    tryThis: ({ command, suggestion }) => suggestion || `npx furlong ${command} --help`,
  },
  'no-local-side': {
    title: 'No local side',
    exitCode: failed,
    sentence: ({ looked }) => `No local side is running: ${looked}.`,
    tryThis: ({ suggestion }) => suggestion || 'npx furlong up, or --aws or --profile <name> for AWS',
  },
  'several-local-sides': {
    title: 'Several local sides',
    exitCode: failed,
    sentence: ({ list }) => `Several local sides are running, and nothing says which is meant:\n${list}`,
    tryThis: ({ port }) => `--port ${port}`,
  },
  'shell-is-local': {
    title: 'This shell is local',
    exitCode: wrongUsage,
    sentence: ({ endpoint }) =>
      `--aws and --profile mean AWS, but this shell's AWS_ENDPOINT_URL variables point at the local side ${endpoint}, as furlong env set them.`,
    tryThis: () =>
      'another shell, or unset AWS_ENDPOINT_URL_LAMBDA AWS_ENDPOINT_URL_IAM AWS_ENDPOINT_URL_STS FURLONG_ENDPOINT and the keys',
  },
  'state-in-use': {
    title: 'State folder in use',
    exitCode: failed,
    sentence: ({ folder, endpoint }) => `${folder} is the state of the local side ${endpoint}.`,
    tryThis: ({ port }) => `npx furlong down --port ${port}, or another folder with --state`,
  },
  'side-runs-already': {
    title: 'A local side runs already',
    exitCode: failed,
    sentence: ({ folder, endpoint, pid }) =>
      `furlong dev runs a local side of its own, and ${endpoint} (process ${pid}) has the state of this project, ${folder}.`,
    tryThis: ({ entry }) =>
      `npx furlong deploy ${entry}, to the side that runs; npx furlong down, then this again; or this with --memory --port 0, for a side beside it`,
  },
  'unknown-account': {
    title: 'Unknown account',
    exitCode: failed,
    sentence: ({ account, known }) => `The local side has no account ${account}; it has ${known}.`,
    tryThis: ({ account }) => `npx furlong up --accounts ${account},…`,
  },
  'side-silent': {
    title: 'Local side does not answer',
    exitCode: failed,
    sentence: ({ endpoint, reason }) => `The local side at ${endpoint} does not answer: ${reason}.`,
    tryThis: () => 'npx furlong down, then npx furlong up',
  },
  'side-refused': {
    title: 'Refused by the local side',
    exitCode: failed,
    sentence: ({ message }) => message ?? '',
    tryThis: () => 'npx furlong status, which shows what is there',
  },
  'not-started': {
    title: 'Local side not started',
    exitCode: failed,
    sentence: ({ message }) => message ?? '',
    tryThis: ({ suggestion }) => suggestion ?? '',
  },
  'not-stopped': {
    title: 'Local side not stopped',
    exitCode: failed,
    sentence: ({ pid, seconds }) => `The process ${pid} still runs after ${seconds} s.`,
    tryThis: ({ pid }) => `kill ${pid}`,
  },
  'no-refusal': {
    title: 'Nothing to explain',
    exitCode: failed,
    sentence: () => 'The local side has refused no request yet.',
    tryThis: () => 'npx furlong call <function>',
  },
  'no-such-record': {
    title: 'Unknown request',
    exitCode: failed,
    sentence: ({ id }) => `The local side has no record '${id}'; it keeps the latest ones.`,
    tryThis: () => 'npx furlong explain',
  },
  'not-a-transcript': {
    title: 'Nothing to examine',
    exitCode: failed,
    sentence: ({ from }) =>
      `${from} holds no output of curl -v, no HAR, no HTTP request or answer, and no error of AWS.`,
    tryThis: () => 'curl -v … 2>&1 | npx furlong explain --from -',
  },
  'url-id-taken': {
    title: 'URL id taken',
    exitCode: failed,
    sentence: ({ id, functionArn }) => `The URL id ${id} belongs to ${functionArn}.`,
    tryThis: ({ functionName }) => `npx furlong url delete ${functionName}, or another --id`,
  },
  'local-only': {
    title: 'Only on the local side',
    exitCode: failed,
    sentence: ({ what }) => `${what} is not served for AWS.`,
    tryThis: ({ suggestion }) => suggestion ?? '',
  },
  'needs-yes': {
    title: 'Not confirmed',
    exitCode: failed,
    sentence: ({ what, because }) => `${what} on AWS ${because}, and nobody has said yes to that.`,
    tryThis: () => '--yes',
  },
  'not-sent': {
    title: 'Request not sent',
    exitCode: failed,
    sentence: ({ url, reason }) => `${url} did not answer: ${reason}.`,
    tryThis: () => 'npx furlong status',
  },
  'folder-not-empty': {
    title: 'Folder not empty',
    exitCode: failed,
    sentence: ({ folder, found }) => `${folder} holds ${found}, and furlong init replaces nothing.`,
    tryThis: () => 'npx furlong init <new folder>',
  },
  'unreadable-file': {
    title: 'File cannot be read',
    exitCode: failed,
    sentence: ({ path, reason }) => `${path}: ${reason}.`,
    tryThis: () => 'a file that is there and that you may read',
  },
  'unwritable-file': {
    title: 'File cannot be written',
    exitCode: failed,
    sentence: ({ path, reason }) => `${path}: ${reason}.`,
    tryThis: () => 'a path in a folder that you may write to',
  },
  'program-not-found': {
    title: 'Program not found',
    exitCode: 127,
    sentence: ({ program }) => `There is no program '${program}' to run.`,
    tryThis: () => 'its path, or a PATH that has it',
  },
  'python-missing': {
    title: 'Python missing',
    exitCode: failed,
    sentence: ({ program, reason }) => `A Python function needs ${program}, and it cannot be run: ${reason}.`,
    tryThis: () => 'python3 -m venv .venv, or an active virtual environment',
  },
  'debugpy-missing': {
    title: 'debugpy missing',
    exitCode: failed,
    sentence: ({ program }) => `A debugger for Python needs debugpy, which ${program} cannot import.`,
    tryThis: ({ program }) => `${program} -m pip install debugpy`,
  },
  'debug-port-in-use': {
    title: 'Debugger port in use',
    exitCode: failed,
    sentence: ({ port, reason }) => `No debugger can listen on port ${port}: ${reason}.`,
    tryThis: ({ option }) => `--${option}=<another port>`,
  },
  'not-debuggable': {
    title: 'No debugger for this runtime',
    exitCode: failed,
    sentence: ({ runtime }) =>
      `A function of the runtime ${runtime || 'unknown'} cannot be debugged by furlong.`,
    tryThis: () => 'a nodejs runtime, or a Python file',
  },
  'program-not-run': {
    title: 'Program cannot be run',
    exitCode: 126,
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
  /** A command or an action that may help; absent when there is none worth naming. */
  readonly tryThis: string | undefined

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
    const tryThis = row.tryThis(details)
    this.tryThis = tryThis === '' ? undefined : tryThis
  }
}
