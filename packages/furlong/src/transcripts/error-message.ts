import type { Transcript } from './transcript.ts'

/** How the AWS CLI, botocore and the AWS SDKs name an error of AWS. */
const forms: readonly RegExp[] = [
  /An error occurred \((?<code>\w+)\) when calling the \w+ operation(?: \([^)]*\))?: (?<message>[^]*)/,
  /(?<code>\w+(?:Exception|Error|Denied|DoesNotMatch|ClientTokenId|AccessKeyId|Token|Skewed)): (?<message>[^]*)/,
]

/**
 * Reads an error as a program told it: of the AWS CLI, botocore or an SDK, or the body of an answer.
 * @param text the text
 * @returns the answer it tells of; undefined when AWS is not in it
 */
export function readErrorMessage(text: string): Transcript | undefined {
  const body = /[{<][^]*[}>]/.exec(text)?.[0]
  if (body !== undefined && /"(?:[Mm]essage|__type)"|<(?:Code|Message)>/.test(body))
    return create(undefined, body)
  for (const form of forms) {
    const { code, message = '' } = form.exec(text)?.groups ?? {}
    if (code !== undefined) return create(code, JSON.stringify({ message: dropStack(message) }))
  }
  return undefined
}

/** The lines that name files and functions are not AWS's. */
const dropStack = (message: string): string => message.split(/\n\s+at /, 1)[0]?.trim() ?? ''

function create(code: string | undefined, body: string): Transcript {
  const headers: Record<string, string> = code === undefined ? {} : { 'x-amzn-errortype': code }
  return { form: 'error message', answer: { status: undefined, headers, body } }
}
