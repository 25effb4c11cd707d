import { maskText } from '@furlong/sigv4/mask-text'
import { CliError, failed, interrupted } from '../errors.ts'
import { advice, type AdvisedCode } from './advice.ts'
import type { Paint } from '../reporter.ts'

/** An error as it is told. */
export interface DescribedError {
  readonly exitCode: number
  readonly data: {
    readonly code: string
    readonly title: string
    readonly message: string
    readonly try: string
  }
  /** For what should not happen: where it did. */
  readonly stack?: string
}

/**
 * Describes anything that was thrown: furlong's own errors by their catalogue, the packages' by their code.
 * @param error what was thrown
 * @returns code, title, sentence and what to try
 */
export function describeError(error: unknown): DescribedError {
  if (error instanceof CliError) {
    return {
      exitCode: error.exitCode,
      data: createData(error.code, error.title, error.message, error.tryThis),
    }
  }
  if (isCoded(error)) {
    const own = 'tryThis' in error && typeof error.tryThis === 'string' ? error.tryThis : undefined
    return {
      exitCode: error.code === 'Interrupted' ? interrupted : failed,
      data: createData(error.code, createTitle(error.code), error.message, own ?? advice[error.code]),
    }
  }
  const message = error instanceof Error ? error.message : String(error)
  const stack = error instanceof Error ? error.stack : undefined
  const unexpected = describeError(new CliError('unexpected', { message }))
  return stack === undefined ? unexpected : { ...unexpected, stack: maskText(stack) }
}

/** Names of the packages' errors, whose `code` is part of their surface; system errors have codes too, and are not meant. */
const codedNames = new Set(['AwsError', 'FetchError', 'LocalError', 'TimeoutError'])

function isCoded(error: unknown): error is Error & { readonly code: AdvisedCode } {
  if (!(error instanceof Error) || !codedNames.has(error.name) || !('code' in error)) return false
  return typeof error.code === 'string' && Object.hasOwn(advice, error.code)
}

/**
 * Makes the title of an error of the packages.
 * @param code its code: `UrlPortInUse`
 * @returns the same in words: `URL port in use`
 */
export function createTitle(code: string): string {
  const words = code.replaceAll(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, ' ').toLowerCase()
  const spelled = words.replaceAll(/\b(?:aws|url)\b/g, (word) => word.toUpperCase())
  return spelled.charAt(0).toUpperCase() + spelled.slice(1)
}

/** What failed may repeat what it was given, and that may be a link, a URL with a password, or an answer of AWS with a session token. */
function createData(code: string, title: string, message: string, tryThis: string): DescribedError['data'] {
  return { code, title, message: maskText(message), try: maskText(tryThis) }
}

/**
 * Renders a described error for people.
 * @param described the error
 * @param paint paint for stderr
 * @returns the lines
 */
export function renderError(described: DescribedError, paint: Paint): string[] {
  const { title, code, message, try: tryThis } = described.data
  return [
    `${paint('red', `furlong: ${title}`)} ${paint('dim', `[${code}]`)}`,
    ...message.split('\n').map((line) => `  ${line}`),
    `  ${paint('bold', 'Try:')} ${tryThis}`,
    ...(described.stack === undefined ? [] : [paint('dim', described.stack)]),
  ]
}
