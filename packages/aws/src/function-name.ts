import { AwsError } from './errors.ts'

/** The parts of a function's name, partial ARN or ARN that matter here. */
export interface FunctionName {
  readonly name: string
  readonly qualifier?: string
  readonly region?: string
  readonly accountId?: string
}

/** Longest bare function name, in characters. */
export const maxFunctionNameLength = 64

const namePattern = /^[a-zA-Z0-9-_]+$/
const arnPattern =
  /^arn:aws[a-zA-Z-]*:lambda:(?<region>[a-z0-9-]+):(?<accountId>\d{12}):function:(?<name>[^:]+)(?::(?<qualifier>[^:]+))?$/
const shortPattern = /^(?:(?<accountId>\d{12}):function:|function:)?(?<name>[^:]+)(?::(?<qualifier>[^:]+))?$/

/**
 * Reads a function's name as the Lambda API takes it: a name, `name:alias`, a partial or a full ARN.
 * @param value what the user wrote
 * @returns its parts
 * @throws {AwsError} `InvalidFunctionName`, with the value, the pattern and the limit
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
 */
export function parseFunctionName(value: string): FunctionName {
  const groups = (arnPattern.exec(value) ?? shortPattern.exec(value))?.groups
  const name = groups?.['name']
  if (name === undefined || !namePattern.test(name) || name.length > maxFunctionNameLength) {
    throw new AwsError(
      'InvalidFunctionName',
      `The function name '${value}' is not valid: it must match [a-zA-Z0-9-_]+ and be 1 to ${maxFunctionNameLength} characters long; it has ${(name ?? value).length}.`,
      { tryThis: `--name ${suggestFunctionName(name ?? value)}` },
    )
  }
  return {
    name,
    ...(groups?.['qualifier'] === undefined ? {} : { qualifier: groups['qualifier'] }),
    ...(groups?.['region'] === undefined ? {} : { region: groups['region'] }),
    ...(groups?.['accountId'] === undefined ? {} : { accountId: groups['accountId'] }),
  }
}

/**
 * Makes the nearest valid function name of any text.
 * @param text a file's name, a folder's, or a name that was refused
 * @returns a name of letters, digits, `-` and `_`, at most 64 characters long; `function` when nothing is left
 */
export function suggestFunctionName(text: string): string {
  const name = text
    .replaceAll(/[^a-zA-Z0-9-_]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, maxFunctionNameLength)
  return name === '' ? 'function' : name
}
